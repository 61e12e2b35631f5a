// What Debian's archives, compiled against glibc's headers, hand to the C library that they are linked with, which is musl.
// Scripts/check-libc compiles this against both libraries' headers, for the board's machine, and compares the numbers.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SAY_AS(text, number) __asm__ volatile("\n.ascii \"=> " text " %c0\"\n" : : "i"((long)(number)));
#define SAY(number) SAY_AS(#number, number)
#define SHAPE(type) SAY_AS("size of " #type, sizeof(type)) SAY_AS("alignment of " #type, _Alignof(type))
#define MEMBER(type, name) \
    SAY_AS(#type ", offset of " #name, offsetof(type, name)) SAY_AS(#type ", size of " #name, sizeof(((type *)0)->name))

void layouts(void) {
    SHAPE(size_t) SHAPE(ssize_t) SHAPE(off_t) SHAPE(time_t) SHAPE(mode_t) SHAPE(pid_t) SHAPE(socklen_t)
    SHAPE(nfds_t) SHAPE(dev_t) SHAPE(wchar_t)

    // stat, lstat, fstat
    SHAPE(struct stat)
    MEMBER(struct stat, st_dev) MEMBER(struct stat, st_ino) MEMBER(struct stat, st_mode)
    MEMBER(struct stat, st_nlink) MEMBER(struct stat, st_uid) MEMBER(struct stat, st_gid)
    MEMBER(struct stat, st_rdev) MEMBER(struct stat, st_size) MEMBER(struct stat, st_blksize)
    MEMBER(struct stat, st_blocks) MEMBER(struct stat, st_mtim)
    SAY(S_IFMT) SAY(S_IFCHR) SAY(S_IFLNK) SAY(S_IFREG)

    // poll, ppoll, select
    SHAPE(struct timespec) MEMBER(struct timespec, tv_sec) MEMBER(struct timespec, tv_nsec)
    SHAPE(struct timeval) MEMBER(struct timeval, tv_sec) MEMBER(struct timeval, tv_usec)
    SHAPE(struct pollfd) MEMBER(struct pollfd, fd) MEMBER(struct pollfd, events) MEMBER(struct pollfd, revents)
    SAY(POLLIN) SAY(POLLPRI) SAY(POLLERR) SAY(POLLHUP) SAY(POLLNVAL)
    SHAPE(fd_set) SAY(FD_SETSIZE) SHAPE(sigset_t)

    // socket, bind, connect, send, recv
    SHAPE(struct sockaddr_un) MEMBER(struct sockaddr_un, sun_family) MEMBER(struct sockaddr_un, sun_path)
    SAY(AF_UNIX) SAY(SOCK_DGRAM) SAY(MSG_DONTWAIT) SAY(MSG_NOSIGNAL)

    // open, fcntl, access, ioctl, unlink
    SAY(O_RDONLY) SAY(O_RDWR) SAY(O_CLOEXEC) SAY(O_NONBLOCK) SAY(F_GETFD) SAY(F_SETFD) SAY(F_GETFL)
    SAY(F_SETFL) SAY(FD_CLOEXEC) SAY(F_OK) SAY(R_OK) SAY(W_OK)

    // mmap, mprotect, madvise, sysconf, getrandom
    SAY(PROT_NONE) SAY(PROT_READ) SAY(PROT_WRITE) SAY(MAP_PRIVATE) SAY(MAP_ANON)
    SAY(MADV_DONTDUMP) SAY(MADV_DODUMP) SAY(_SC_PAGESIZE) SAY(GRND_NONBLOCK) SAY(SIGSEGV) SAY(SIGABRT) SAY(SIGKILL)

    // errno
    SAY(EPERM) SAY(ENOENT) SAY(EINTR) SAY(EIO) SAY(EAGAIN) SAY(ENOMEM) SAY(EBUSY) SAY(ENODEV) SAY(EINVAL)
    SAY(ENOTTY) SAY(ENOSYS) SAY(EADDRINUSE) SAY(EOPNOTSUPP) SAY(ENOTSUP)
}

// libsodium's one mutex lies in its own memory: musl's must fit, and all zeros must be an unlocked one.
static const pthread_mutex_t unlocked = PTHREAD_MUTEX_INITIALIZER;
const pthread_mutex_t *mutex(void) { return &unlocked; }
#ifdef __GLIBC__
#define MUTEX_FITS (sizeof(pthread_mutex_t) >= 40)
#else
#define MUTEX_FITS (sizeof(pthread_mutex_t) <= 40)
#endif
_Static_assert(MUTEX_FITS, "pthread_mutex_t");
