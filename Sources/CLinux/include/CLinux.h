#pragma once
// The C library and kernel interfaces that the board's I/O uses. No logic: macros and errno as inline functions.
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static inline int clinux_errno(void) { return errno; }
static inline size_t clinux_length(const char *text) { return strlen(text); }

// The process's arguments: Embedded Swift has no CommandLine. glibc hands them to every constructor.
int clinux_argument_count(void);
const char *clinux_argument(int index);
