#include "CLinux.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void clinux_exit(int code) { exit(code); }

int clinux_can_write(int fd) {
    struct pollfd wanted = {.fd = fd, .events = POLLOUT};
    return poll(&wanted, 1, 0) == 1 && (wanted.revents & POLLOUT) && !(wanted.revents & (POLLERR | POLLNVAL));
}

int clinux_is_mount_point(const char *path) {
    struct stat inside, above;
    char parent[4096];
    int length = snprintf(parent, sizeof parent, "%s/..", path);
    if (length < 0 || (size_t)length >= sizeof parent) return -ENAMETOOLONG;
    if (stat(path, &inside) < 0 || stat(parent, &above) < 0) return -errno;
    return S_ISDIR(inside.st_mode) && (inside.st_dev != above.st_dev || inside.st_ino == above.st_ino);
}
