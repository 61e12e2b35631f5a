#include "CLinux.h"

static int argument_count;
static char *const *arguments;

__attribute__((constructor)) static void keep_arguments(int argc, char **argv) {
    argument_count = argc;
    arguments = argv;
}

int clinux_argument_count(void) { return argument_count; }

const char *clinux_argument(int index) {
    return index >= 0 && index < argument_count ? arguments[index] : NULL;
}
