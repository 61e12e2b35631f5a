#define _GNU_SOURCE
#include "internal.h"

#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int argument_count;
static char *const *arguments;

#ifdef PEERNET_STATIC
// musl passes the arguments to main alone, and main belongs to Swift. But the kernel puts the count, the arguments,
// NULL and the environment on the stack in this order, so they are found in front of the environment. A count cannot be
// mistaken for a pointer.
__attribute__((constructor)) static void keep_arguments(void) {
    char **last = environ - 2;
    char **count = last;
    while ((intptr_t)*count != last - count) count--;
    argument_count = (int)(last - count);
    arguments = count + 1;
}
#else
// glibc passes the arguments to every constructor.
__attribute__((constructor)) static void keep_arguments(int argc, char **argv) {
    argument_count = argc;
    arguments = argv;
}
#endif

int clinux_argument_count(void) { return argument_count; }

const char *clinux_argument(int index) {
    return index >= 0 && index < argument_count ? arguments[index] : NULL;
}

void clinux_keep_heap_small(void) {
#ifdef __GLIBC__
    // Once the threshold is set, it no longer grows with the largest block that was ever freed.
    mallopt(M_MMAP_THRESHOLD, 64 << 10);
#endif
}

void clinux_trim_heap(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

size_t clinux_length(const char *text) { return strlen(text); }

// Without them the next socket would be descriptor 2, and what is logged would go to a peer.
__attribute__((constructor)) void clinux_fill_standard_descriptors(void) {
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) abort();
    }
}

// MARK: errno

const char *clinux_error_text(int number) {
#ifdef PEERNET_STATIC
    // musl has one text for all numbers that it does not know, and 0 is among them.
    const char *text = strerror(number);
    return text == strerror(0) ? NULL : text;
#else
    return strerrordesc_np(number);
#endif
}

int clinux_error_number(enum clinux_error error) {
    static const uint8_t numbers[] = {
        [CLINUX_EAGAIN] = EAGAIN, [CLINUX_EINVAL] = EINVAL, [CLINUX_ENOENT] = ENOENT, [CLINUX_EEXIST] = EEXIST,
        [CLINUX_EMFILE] = EMFILE, [CLINUX_ENFILE] = ENFILE, [CLINUX_ENOBUFS] = ENOBUFS, [CLINUX_ENOMEM] = ENOMEM,
        [CLINUX_ECONNABORTED] = ECONNABORTED, [CLINUX_ETIMEDOUT] = ETIMEDOUT, [CLINUX_EINPROGRESS] = EINPROGRESS,
        [CLINUX_EFBIG] = EFBIG, [CLINUX_EAFNOSUPPORT] = EAFNOSUPPORT, [CLINUX_EADDRNOTAVAIL] = EADDRNOTAVAIL,
        [CLINUX_EPERM] = EPERM, [CLINUX_ENODEV] = ENODEV, [CLINUX_EIO] = EIO,
        [CLINUX_ECONNRESET] = ECONNRESET, [CLINUX_EPIPE] = EPIPE, [CLINUX_ECONNREFUSED] = ECONNREFUSED,
        [CLINUX_EPROTO] = EPROTO, [CLINUX_ECHILD] = ECHILD,
        [CLINUX_ENAMETOOLONG] = ENAMETOOLONG, [CLINUX_ENOSPC] = ENOSPC, [CLINUX_EOVERFLOW] = EOVERFLOW,
    };
    return numbers[error];
}

// MARK: Descriptors

// close is never retried: Linux has released the descriptor even when it says EINTR.
int clinux_close(int fd) { return close(fd) < 0 ? -errno : 0; }
ptrdiff_t clinux_read(int fd, void *buffer, size_t count) { RETURN_CALL(read(fd, buffer, count)); }
ptrdiff_t clinux_read_two(int fd, void *a, size_t a_count, void *b, size_t b_count) {
    struct iovec parts[2] = {{a, a_count}, {b, b_count}};
    RETURN_CALL(readv(fd, parts, 2));
}
ptrdiff_t clinux_write(int fd, const void *buffer, size_t count) { RETURN_CALL(write(fd, buffer, count)); }
int clinux_pipe(int *ends) { RETURN_CALL(pipe2(ends, O_CLOEXEC)); }
int clinux_set_nonblocking(int fd) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0) return -errno;
    RETURN_CALL(fcntl(fd, F_SETFL, flags | O_NONBLOCK));
}
int clinux_eventfd(void) { RETURN_CALL(eventfd(0, EFD_CLOEXEC)); }

// MARK: Files

// O_NONBLOCK: a FIFO in the place of a file must not hold the caller up.
int clinux_open_read(const char *path) { RETURN_CALL(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)); }
int clinux_open_write(const char *path) { RETURN_CALL(open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)); }
int clinux_open_folder(const char *path) { RETURN_CALL(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

// A new file that root makes in another user's folder becomes that user's: a daemon that runs as that user could not
// read what root's command wrote. A link to a file that was there before is left alone.
static int open_for_folders_owner(const char *path, int flags, unsigned mode) {
    const char *slash = strrchr(path, '/');
    char folder[4096];
    struct stat above, made;
    int fd;
    do {
        fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) return -errno;
    if (geteuid() != 0 || slash == NULL || slash == path || (size_t)(slash - path) >= sizeof folder) return fd;
    memcpy(folder, path, slash - path);
    folder[slash - path] = 0;
    if (stat(folder, &above) == 0 && above.st_uid != 0 && fstat(fd, &made) == 0 && S_ISREG(made.st_mode) &&
        made.st_uid == 0 && made.st_size == 0 && made.st_nlink == 1 && fchown(fd, above.st_uid, above.st_gid) < 0) {
        int code = errno;
        close(fd);
        return -code;
    }
    return fd;
}
int clinux_open_lock(const char *path, unsigned mode) {
    return open_for_folders_owner(path, O_RDWR | O_CREAT, mode);
}
int clinux_create_exclusive(const char *path, unsigned mode) {
    return open_for_folders_owner(path, O_WRONLY | O_CREAT | O_EXCL, mode);
}
int64_t clinux_regular_size(int fd) {
    struct stat status;
    if (fstat(fd, &status) < 0) return -errno;
    return S_ISREG(status.st_mode) ? status.st_size : -EINVAL;
}
int clinux_fsync(int fd) { RETURN_CALL(fsync(fd)); }
int clinux_flock(int fd, int wait) { RETURN_CALL(flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB))); }
int clinux_rename(const char *from, const char *to) { RETURN_CALL(rename(from, to)); }
int clinux_unlink(const char *path) { RETURN_CALL(unlink(path)); }
int clinux_make_folder(const char *path, unsigned mode) { RETURN_CALL(mkdir(path, mode)); }

// MARK: Time

uint64_t clinux_boot_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
int64_t clinux_real_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}
int clinux_timer_create(void) { RETURN_CALL(timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)); }
int clinux_timer_set(int fd, uint64_t deadline) {
    struct itimerspec when = {.it_value = {.tv_sec = (time_t)(deadline / 1000000000u), .tv_nsec = (long)(deadline % 1000000000u)}};
    RETURN_CALL(timerfd_settime(fd, TFD_TIMER_ABSTIME, &when, NULL));
}

// MARK: epoll

_Static_assert(CLINUX_READABLE == EPOLLIN && CLINUX_WRITABLE == EPOLLOUT, "epoll");
_Static_assert(CLINUX_FAILED == EPOLLERR && CLINUX_HUNG_UP == EPOLLHUP, "epoll");

int clinux_epoll_create(void) { RETURN_CALL(epoll_create1(EPOLL_CLOEXEC)); }
int clinux_epoll_add(int epoll, int fd, uint32_t events, int edge, uint64_t token) {
    struct epoll_event event = {.events = events | (edge ? EPOLLET : 0), .data.u64 = token};
    RETURN_CALL(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}
int clinux_epoll_change(int epoll, int fd, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    RETURN_CALL(epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event));
}
int clinux_epoll_remove(int epoll, int fd) {
    struct epoll_event event = {0};
    RETURN_CALL(epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event));
}
int clinux_epoll_wait(int epoll, struct clinux_event *events, int capacity, int milliseconds) {
    struct epoll_event ready[64];
    int count = epoll_wait(epoll, ready, capacity < 64 ? capacity : 64, milliseconds);
    // An interruption is a turn without events, not a longer wait.
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) events[i] = (struct clinux_event){ready[i].data.u64, ready[i].events};
    return count;
}

// MARK: inotify, signals

int clinux_inotify_create(void) { RETURN_CALL(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)); }
int clinux_inotify_watch(int fd, const char *folder) {
    RETURN_CALL(inotify_add_watch(
        fd, folder,
        IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR));
}
int clinux_signal_number(enum clinux_signal signal) {
    static const uint8_t numbers[] = {
        [CLINUX_SIGTERM] = SIGTERM, [CLINUX_SIGHUP] = SIGHUP, [CLINUX_SIGINT] = SIGINT, [CLINUX_SIGCHLD] = SIGCHLD,
        [CLINUX_SIGKILL] = SIGKILL, [CLINUX_SIGUSR2] = SIGUSR2,
    };
    return numbers[signal];
}
int clinux_signals_create(int with_user2) {
    signal(SIGPIPE, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    if (with_user2) sigaddset(&set, SIGUSR2);
    int failure = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (failure != 0) return -failure;
    RETURN_CALL(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}
int clinux_signals_next(int fd) {
    struct signalfd_siginfo info;
    ptrdiff_t count = clinux_read(fd, &info, sizeof info);
    if (count < 0) return (int)count;
    return count == sizeof info ? (int)info.ssi_signo : -EPROTO;
}

// MARK: Child processes

int clinux_spawn(
    const char *path, char *const *arguments, char *const *environment, int input, int output, int errors) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure != 0) return -failure;
    failure = posix_spawnattr_init(&attributes);
    if (failure != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return -failure;
    }
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    // dup2 onto the same number would keep close-on-exec in old C libraries; the three are never 0, 1 or 2.
    posix_spawn_file_actions_adddup2(&actions, input, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, errors, 2);
    pid_t pid = 0;
    failure = posix_spawn(&pid, path, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failure != 0 ? -failure : pid;
}
int clinux_pidfd(int pid) { RETURN_CALL((int)syscall(SYS_pidfd_open, pid, 0)); }
int clinux_reap(int pid) {
    int status = 0;
    pid_t reaped;
    do {
        reaped = waitpid(pid, &status, WNOHANG);
    } while (reaped < 0 && errno == EINTR);
    if (reaped < 0) return -errno;
    if (reaped == 0) return CLINUX_RUNNING;
    return WIFSIGNALED(status) ? CLINUX_BY_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}
int clinux_signal_init(int number) { RETURN_CALL(kill(1, number)); }
int clinux_kill_group(int pid, enum clinux_signal signal) {
    if (pid <= 1) return -EINVAL;
    RETURN_CALL(kill(-pid, clinux_signal_number(signal)));
}

int clinux_spawn_sync(void) {
    pid_t pid = fork();
    if (pid != 0) return pid < 0 ? -errno : pid;
    setpgid(0, 0);
    // A disk that hangs keeps the child: nothing of its parent's, such as the port it listens on, may stay open with it.
    if (syscall(SYS_close_range, 0u, ~0u, 0u) < 0) {
        for (int fd = 0; fd < 1024; fd++) close(fd);
    }
    sync();
    _exit(0);
}

// MARK: System

int clinux_reboot(enum clinux_power action) {
    RETURN_CALL(reboot(action == CLINUX_POWER_OFF ? RB_POWER_OFF : RB_AUTOBOOT));
}
int clinux_machine(char *name, size_t size) {
    struct utsname all;
    if (uname(&all) < 0) return -errno;
    return snprintf(name, size, "%s", all.machine) < (int)size ? 0 : -ENAMETOOLONG;
}
int clinux_process_id(void) { return getpid(); }
const char *clinux_environment(const char *name) { return getenv(name); }

// MARK: Threads

struct thread {
    void (*body)(void *);
    void *context;
};
static void *run_thread(void *argument) {
    struct thread thread = *(struct thread *)argument;
    free(argument);
    thread.body(thread.context);
    return NULL;
}
int clinux_start_thread(void (*body)(void *), void *context) {
#ifdef __GLIBC__
    // One heap for all threads: with a heap for each thread, freed memory would stay in each of them.
    mallopt(M_ARENA_MAX, 1);
#endif
    struct thread *thread = malloc(sizeof *thread);
    if (thread == NULL) return -ENOMEM;
    *thread = (struct thread){body, context};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 256 << 10);
    pthread_t id;
    int error = pthread_create(&id, &attributes, run_thread, thread);
    pthread_attr_destroy(&attributes);
    if (error != 0) free(thread);
    return -error;
}
