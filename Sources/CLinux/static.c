// What a static binary is spared. glibc's own parts drag each other in: a failed assertion is translated (gettext), the
// translation converted (iconv), the converter loaded (dlopen), and every printf may print a float. None of that is ever
// done here, but it weighs more than the daemon's own code. The linker takes these definitions instead and leaves the
// archive's members where they are. All are weak: where a glibc calls its parts by other names and needs a member after
// all, the member's own definitions count and the binary only grows again. Known so far: 2.36 (Debian 12), 2.41 (13).
//
// Only for the board's static build: PEERNET_STATIC comes from its toolset.
#ifdef PEERNET_STATIC
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WEAK __attribute__((weak))

static void say(const char *text) {
    if (text && write(2, text, strlen(text)) < 0) return;
}

// assert(3), without printf.
WEAK _Noreturn void __assert_fail(const char *assertion, const char *file, unsigned line, const char *function) {
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
WEAK void perror(const char *text) { (void)text; }

// No translations.
WEAK char *__dcgettext(const char *domain, const char *text, int category) {
    (void)domain;
    (void)category;
    return (char *)text;
}
WEAK char *dcgettext(const char *domain, const char *text, int category) { return __dcgettext(domain, text, category); }

// No floats in printf: nothing here prints one that way, and -1 is its failure.
WEAK int ___printf_fp(void *stream, const void *info, const void *const *arguments) {
    (void)stream;
    (void)info;
    (void)arguments;
    return -1;
}
WEAK int __printf_fp(void *stream, const void *info, const void *const *arguments) {
    return ___printf_fp(stream, info, arguments);
}
WEAK int __printf_fp_l(void *stream, void *locale, const void *info, const void *const *arguments) {
    (void)locale;
    return ___printf_fp(stream, info, arguments);
}
WEAK int __printf_fphex(void *stream, const void *info, const void *const *arguments) {
    return ___printf_fp(stream, info, arguments);
}
// Since glibc 2.37 by these names, and nowhere to say that it failed.
WEAK void __printf_fp_l_buffer(void *buffer, void *locale, const void *info, const void *const *arguments) {
    (void)buffer;
    (void)locale;
    (void)info;
    (void)arguments;
}
WEAK void __printf_fphex_l_buffer(void *buffer, void *locale, const void *info, const void *const *arguments) {
    __printf_fp_l_buffer(buffer, locale, info, arguments);
}
WEAK unsigned __guess_grouping(unsigned digits, const char *grouping) {
    (void)digits;
    (void)grouping;
    return 0;
}

// Nothing unwinds a stack: no thread is cancelled, and the tables for it are not in the binary (Scripts/no-unwinding.ld).
// glibc's streams would unlock themselves on the way.
WEAK _Noreturn void _Unwind_Resume(void *exception) {
    (void)exception;
    abort();
}
WEAK int __gcc_personality_v0(void) { abort(); }

// No thread is cancelled or leaves by pthread_exit(3), for which glibc unwinds its stack.
WEAK int _Unwind_ForcedUnwind(void *exception, void *stop, void *argument) {
    (void)exception;
    (void)stop;
    (void)argument;
    abort();
}
WEAK void *_Unwind_GetCFA(void *context) {
    (void)context;
    abort();
}

// No thread resolves names, for which it would have a state of its own.
WEAK __thread void *__libc_resp __attribute__((tls_model("initial-exec")));

// No wide streams, hence no conversions. The table's entries would be called for a wide character alone.
WEAK const void *const __wcsmbs_gconv_fcts_c[4] = {0};
WEAK int __gconv_lock;
WEAK void __gconv_release_step(void *step) { (void)step; }
WEAK void __wcsmbs_load_conv(void *locale) { (void)locale; }
WEAK void __wcsmbs_getfct(void) {}
WEAK void __wcsmbs_clone_conv(void *copy) { (void)copy; }
WEAK int __wcsmbs_named_conv(void *copy, const char *name) {
    (void)copy;
    (void)name;
    return 1;
}
WEAK void _nl_cleanup_ctype(void *locale) { (void)locale; }
#endif
