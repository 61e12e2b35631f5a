#include "CWpaClient.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

// What libwpa_client wants of an operating system. Its own version of this layer also holds daemons, files and calendars,
// which a static binary would carry along.

struct os_reltime {
    time_t sec;
    long usec;
};

int os_get_reltime(struct os_reltime *now) {
    struct timespec time;
    if (clock_gettime(CLOCK_MONOTONIC, &time) != 0) return -1;
    now->sec = time.tv_sec;
    now->usec = time.tv_nsec / 1000;
    return 0;
}

// Only wpa_ctrl_request would sleep, which nobody calls here: it waits.
void os_sleep(time_t seconds, long microseconds) {
    (void)seconds;
    (void)microseconds;
}

void *os_zalloc(size_t size) { return calloc(1, size); }

size_t os_strlcpy(char *to, const char *from, size_t room) {
    size_t length = strlen(from);
    if (room > 0) {
        size_t copied = length < room ? length : room - 1;
        memcpy(to, from, copied);
        to[copied] = 0;
    }
    return length;
}
