#pragma once
// What the C files share.
#include "CLinux.h"

#include <errno.h>

// Returns what `call` does, restarted when a signal interrupts it: its result, or a negative errno.
#define RETURN_CALL(call)                       \
    do {                                        \
        __typeof__(call) result;                \
        do {                                    \
            result = (call);                    \
        } while (result < 0 && errno == EINTR); \
        return result < 0 ? -errno : result;    \
    } while (0)
