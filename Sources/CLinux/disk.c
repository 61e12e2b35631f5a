// The disk as a whole: a block device, or a regular file in its place.
#include "internal.h"

#include <fcntl.h>
#include <unistd.h>

int clinux_open_disk(const char *path, int write) {
    RETURN_CALL(open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY));
}
ptrdiff_t clinux_read_at(int fd, void *buffer, size_t count, uint64_t offset) {
    RETURN_CALL(pread(fd, buffer, count, (off_t)offset));
}
ptrdiff_t clinux_write_at(int fd, const void *buffer, size_t count, uint64_t offset) {
    RETURN_CALL(pwrite(fd, buffer, count, (off_t)offset));
}
int64_t clinux_seekable_size(int fd) { RETURN_CALL((int64_t)lseek(fd, 0, SEEK_END)); }
int clinux_forget_cached(int fd, uint64_t offset, uint64_t count) {
    return -posix_fadvise(fd, (off_t)offset, (off_t)count, POSIX_FADV_DONTNEED);
}
int clinux_is_terminal(int fd) { return isatty(fd) == 1; }
