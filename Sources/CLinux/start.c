// Where the board's static programs begin. They are loaded at any address, so the pointers in their data must be relocated
// before anything else runs. The linker lists them in the short form, DT_RELR (generic ABI, "Relative Relocations"), which
// takes 51 kB less than the long one. musl reads that form from 1.2.4 on, and Debian 12 has 1.2.3. This code therefore
// applies the relocations itself, and sets the list's size to 0 so that a newer musl does not apply them again.
#ifdef PEERNET_STATIC
#include <elf.h>
#include <stddef.h>

#ifndef DT_RELR
#define DT_RELRSZ 35
#define DT_RELR 36
#endif

// The arguments are addresses that need no relocation: those of the dynamic section and of the program's first byte.
__attribute__((visibility("hidden"), used)) void clinux_relocate(Elf64_Dyn *dynamic, char *base) {
    const Elf64_Addr *entry = NULL;
    size_t size = 0;
    for (; dynamic->d_tag != DT_NULL; dynamic++) {
        if (dynamic->d_tag == DT_RELR) entry = (const Elf64_Addr *)(base + dynamic->d_un.d_ptr);
        if (dynamic->d_tag != DT_RELRSZ) continue;
        size = dynamic->d_un.d_val;
        dynamic->d_un.d_val = 0;
    }
    // An even entry is the address of one place. An odd one says which of the 63 places behind the last are meant, too.
    Elf64_Addr *place = NULL;
    for (size_t left = entry ? size / sizeof *entry : 0; left > 0; left--, entry++) {
        if ((*entry & 1) == 0) {
            place = (Elf64_Addr *)(base + *entry);
            *place++ += (Elf64_Addr)base;
        } else {
            Elf64_Addr bits = *entry >> 1;
            for (size_t index = 0; bits; index++, bits >>= 1) {
                if (bits & 1) place[index] += (Elf64_Addr)base;
            }
            place += 63;
        }
    }
}

// The stack is as the kernel left it, for musl's own start.
__asm__(
    ".pushsection .text.clinux_start, \"ax\", %progbits\n"
    ".globl clinux_start\n"
    ".hidden clinux_start\n"
    ".hidden _DYNAMIC\n"
    ".hidden __ehdr_start\n"
    ".type clinux_start, %function\n"
    "clinux_start:\n"
#if defined(__aarch64__)
    "mov x29, #0\n"
    "mov x30, #0\n"
    "adrp x0, _DYNAMIC\n"
    "add x0, x0, :lo12:_DYNAMIC\n"
    "adrp x1, __ehdr_start\n"
    "add x1, x1, :lo12:__ehdr_start\n"
    "bl clinux_relocate\n"
    "b _start\n"
#elif defined(__x86_64__)
    "xor %ebp, %ebp\n"
    "lea _DYNAMIC(%rip), %rdi\n"
    "lea __ehdr_start(%rip), %rsi\n"
    "call clinux_relocate\n"
    "jmp _start\n"
#else
#error "no start for this processor"
#endif
    ".size clinux_start, . - clinux_start\n"
    ".popsection\n");
#endif
