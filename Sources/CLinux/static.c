// What the board's static build lacks. Debian's archives of libsodium, libgpiod, inih and libwpa_client are built for
// glibc, with fortification, and are linked with musl: the functions of glibc's that they call and musl does not have
// stand here, by glibc's own declarations. A further one is an undefined symbol to the linker. Whether the two libraries
// also mean the same by what both have is checked by Scripts/check-libc.
//
// PEERNET_STATIC comes from that build's toolset.
#ifdef PEERNET_STATIC
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/select.h>
#include <unistd.h>

// MARK: Fortification: the call, where the compiler knew how much room there is, and that not enough ends the process

static void need(size_t count, size_t room) {
    if (count > room) abort();
}
void *__memcpy_chk(void *to, const void *from, size_t count, size_t room) {
    need(count, room);
    return memcpy(to, from, count);
}
char *__strcpy_chk(char *to, const char *from, size_t room) {
    size_t count = strlen(from) + 1;
    need(count, room);
    return memcpy(to, from, count);
}
void __explicit_bzero_chk(void *bytes, size_t count, size_t room) {
    need(count, room);
    memset(bytes, 0, count);
    __asm__ volatile("" : : "r"(bytes) : "memory");
}
int __snprintf_chk(char *to, size_t count, int flag, size_t room, const char *format, ...) {
    (void)flag;
    need(count, room);
    va_list values;
    va_start(values, format);
    int length = vsnprintf(to, count, format, values);
    va_end(values);
    return length;
}
int __asprintf_chk(char **text, int flag, const char *format, ...) {
    (void)flag;
    va_list values, again;
    va_start(values, format);
    va_copy(again, values);
    int length = vsnprintf(NULL, 0, format, values);
    *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (*text) vsnprintf(*text, (size_t)length + 1, format, again);
    va_end(again);
    va_end(values);
    return *text ? length : -1;
}
long __fdelt_chk(long fd) {
    if (fd < 0 || fd >= FD_SETSIZE) abort();
    return fd / (8 * (long)sizeof(long));
}

// MARK: What musl has by another name, or otherwise

// Files are of 64 bits anyway.
FILE *fopen64(const char *path, const char *mode) { return fopen(path, mode); }

// GNU's, which leaves the path as it is; musl has that of POSIX, which may write to it.
char *basename(const char *path) {
    const char *slash = strrchr(path, '/');
    return (char *)(slash ? slash + 1 : path);
}

// Swift's hashing asks for its seed here. If getrandom fails, it would always fail.
void arc4random_buf(void *bytes, size_t count) {
    for (uint8_t *rest = bytes; count > 0;) {
        ssize_t got = getrandom(rest, count, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) abort();
        rest += got;
        count -= (size_t)got;
    }
}

// MARK: Spared

// The archives and the C files here use three of printf's conversions: %s, %d and %u. musl's function knows all of them and
// weighs 20 kB, most of it for floating point. This one aborts on any other conversion, so that a test shows it.
int vsnprintf(char *restrict to, size_t room, const char *restrict format, va_list values) {
    size_t length = 0;
    for (; *format; format++) {
        const char *text = format;
        size_t count = 1;
        char digits[11];
        if (*format == '%') {
            switch (*++format) {
            case 's':
                text = va_arg(values, const char *);
                count = strlen(text);
                break;
            case 'd':
            case 'u': {
                unsigned number = va_arg(values, unsigned);
                bool is_negative = *format == 'd' && (int)number < 0;
                char *first = digits + sizeof digits;
                if (is_negative) number = -number;
                do *--first = (char)('0' + number % 10);
                while (number /= 10);
                if (is_negative) *--first = '-';
                text = first;
                count = (size_t)(digits + sizeof digits - first);
                break;
            }
            default: abort();
            }
        }
        for (size_t index = 0; index < count; index++, length++) {
            if (length + 1 < room) to[length] = text[index];
        }
    }
    if (room > 0) to[length < room ? length : room - 1] = 0;
    return (int)length;
}

// sodium_init picks an implementation of every algorithm, which links three that nothing here uses, 18 kB. A program that
// begins to use one of them fails to link with a duplicate symbol: delete its line here then.
int _crypto_generichash_blake2b_pick_best_implementation(void) { return 0; }
int _crypto_pwhash_argon2_pick_best_implementation(void) { return 0; }
int _crypto_stream_salsa20_pick_best_implementation(void) { return 0; }

static void say(const char *text) {
    if (text && write(2, text, strlen(text)) < 0) return;
}

// assert(3), without printf, and as a line of the log.
_Noreturn void __assert_fail(const char *assertion, const char *file, unsigned line, const char *function) {
    (void)line;
    say("<2>assertion.failed ");
    say(file);
    say(" ");
    say(function);
    say(": ");
    say(assertion);
    say("\n");
    abort();
}

// libwpa_client tells failures on stderr, which is the daemon's log, besides returning them.
void perror(const char *text) { (void)text; }
#endif
