// What a static binary is spared. glibc's own parts drag each other in: a failed assertion is translated (gettext), the
// translation converted (iconv), the converter loaded (dlopen), and every printf may print a float. None of that is ever
// done here, but it weighs more than the daemon's own code. The linker takes these definitions instead and leaves the
// archive's members where they are. If a later glibc calls its parts by other names, the binary only grows again.
//
// Only for the board's static build: PEERNET_STATIC comes from its toolset.
#ifdef PEERNET_STATIC
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(const char *text) {
    if (text && write(2, text, strlen(text)) < 0) return;
}

// assert(3), without printf.
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

// No translations.
char *__dcgettext(const char *domain, const char *text, int category) {
    (void)domain;
    (void)category;
    return (char *)text;
}
char *dcgettext(const char *domain, const char *text, int category) { return __dcgettext(domain, text, category); }

// No floats in printf: nothing here prints one that way, and -1 is its failure.
int ___printf_fp(void *stream, const void *info, const void *const *arguments) {
    (void)stream;
    (void)info;
    (void)arguments;
    return -1;
}
int __printf_fp(void *stream, const void *info, const void *const *arguments) {
    return ___printf_fp(stream, info, arguments);
}
int __printf_fp_l(void *stream, void *locale, const void *info, const void *const *arguments) {
    (void)locale;
    return ___printf_fp(stream, info, arguments);
}
int __printf_fphex(void *stream, const void *info, const void *const *arguments) {
    return ___printf_fp(stream, info, arguments);
}
unsigned __guess_grouping(unsigned digits, const char *grouping) {
    (void)digits;
    (void)grouping;
    return 0;
}

// No wide streams, hence no conversions. The table's entries would be called for a wide character alone.
const void *const __wcsmbs_gconv_fcts_c[4] = {0};
int __gconv_lock;
void __gconv_release_step(void *step) { (void)step; }
void __wcsmbs_load_conv(void *locale) { (void)locale; }
void __wcsmbs_getfct(void) {}
void __wcsmbs_clone_conv(void *copy) { (void)copy; }
int __wcsmbs_named_conv(void *copy, const char *name) {
    (void)copy;
    (void)name;
    return 1;
}
void _nl_cleanup_ctype(void *locale) { (void)locale; }
#endif
