#pragma once
// The C library and kernel interfaces that the board's I/O uses, flattened to integers, pointers and a few plain structs.
// No logic. A call that can fail returns a negative errno; calls that the kernel may interrupt are restarted.
#include <stddef.h>
#include <stdint.h>

// For a C library that keeps freed memory: large blocks are returned to the system when they are freed, the rest by
// `trim`.
void clinux_keep_heap_small(void);
void clinux_trim_heap(void);
// The process's arguments: Embedded Swift has no CommandLine.
int clinux_argument_count(void);
const char *_Nullable clinux_argument(int index);
size_t clinux_length(const char *_Nonnull text);

// Opens /dev/null as whichever of the descriptors 0, 1 and 2 is closed. Runs at every start by itself.
void clinux_fill_standard_descriptors(void);

// errno
const char *_Nullable clinux_error_text(int number);
enum clinux_error {
    CLINUX_EAGAIN, CLINUX_EINVAL, CLINUX_ENOENT, CLINUX_EEXIST, CLINUX_EMFILE, CLINUX_ENFILE, CLINUX_ENOBUFS,
    CLINUX_ENOMEM, CLINUX_ECONNABORTED, CLINUX_ETIMEDOUT, CLINUX_EINPROGRESS, CLINUX_EFBIG, CLINUX_EAFNOSUPPORT,
    CLINUX_EADDRNOTAVAIL, CLINUX_EPERM, CLINUX_ENODEV, CLINUX_EIO, CLINUX_ECONNRESET, CLINUX_EPIPE,
    CLINUX_ECONNREFUSED, CLINUX_EPROTO, CLINUX_ECHILD, CLINUX_ENAMETOOLONG,
    CLINUX_ENOSPC, CLINUX_EOVERFLOW,
};
int clinux_error_number(enum clinux_error error);

// Descriptors
int clinux_close(int fd);
ptrdiff_t clinux_read(int fd, void *_Nullable buffer, size_t count);
ptrdiff_t clinux_read_two(int fd, void *_Nullable a, size_t a_count, void *_Nullable b, size_t b_count);
ptrdiff_t clinux_write(int fd, const void *_Nullable buffer, size_t count);
int clinux_pipe(int *_Nonnull ends);
int clinux_set_nonblocking(int fd);
int clinux_eventfd(void);

// Files. Everything opened is close-on-exec.
int clinux_open_read(const char *_Nonnull path);
int clinux_open_write(const char *_Nonnull path);
int clinux_open_folder(const char *_Nonnull path);
int clinux_open_lock(const char *_Nonnull path, unsigned mode);
int clinux_create_exclusive(const char *_Nonnull path, unsigned mode);
int64_t clinux_regular_size(int fd);
int clinux_fsync(int fd);
int clinux_flock(int fd, int wait);
int clinux_rename(const char *_Nonnull from, const char *_Nonnull to);
int clinux_unlink(const char *_Nonnull path);
int clinux_make_folder(const char *_Nonnull path, unsigned mode);

// The disk as a whole. What lies beyond its end is not read, and a regular file grows by what is written there.
int clinux_open_disk(const char *_Nonnull path, int write);
ptrdiff_t clinux_read_at(int fd, void *_Nullable buffer, size_t count, uint64_t offset);
ptrdiff_t clinux_write_at(int fd, const void *_Nullable buffer, size_t count, uint64_t offset);
int64_t clinux_seekable_size(int fd);
// Lets the kernel drop what it keeps of a region that was flushed: what is read next comes from the disk.
int clinux_forget_cached(int fd, uint64_t offset, uint64_t count);
int clinux_is_terminal(int fd);

// IP sockets: non-blocking, close-on-exec. An address is 16 bytes, IPv4 as ::ffff:a.b.c.d.
struct clinux_ip {
    uint64_t high, low;
    uint32_t scope;
    uint16_t port;
};
enum clinux_option {
    CLINUX_REUSE_ADDRESS, CLINUX_V6_ONLY, CLINUX_NO_DELAY, CLINUX_USER_TIMEOUT_MS, CLINUX_BROADCAST,
    CLINUX_PACKET_INFO, CLINUX_SEND_BUFFER, CLINUX_RECEIVE_BUFFER,
};
int clinux_socket(int v6, int stream);
int clinux_set_option(int fd, enum clinux_option option, int value);
int clinux_bind_device(int fd, const char *_Nonnull name);
int clinux_bound_device(int fd, char *_Nonnull name, size_t size);
int clinux_bind(int fd, int v6, const struct clinux_ip *_Nonnull address);
int clinux_connect(int fd, int v6, const struct clinux_ip *_Nonnull address);
int clinux_listen(int fd, int backlog);
int clinux_accept(int fd, struct clinux_ip *_Nonnull remote);
int clinux_local_address(int fd, struct clinux_ip *_Nonnull address);
int clinux_remote_address(int fd, struct clinux_ip *_Nonnull address);
int clinux_socket_error(int fd);
int clinux_shutdown_write(int fd);
ptrdiff_t clinux_send_stream(int fd, const void *_Nullable buffer, size_t count);
struct clinux_packet {
    struct clinux_ip source;
    struct clinux_ip destination;
    uint32_t interface;
    uint32_t truncated;
};
ptrdiff_t clinux_receive(int fd, void *_Nonnull buffer, size_t count, struct clinux_packet *_Nonnull packet);
ptrdiff_t clinux_send(
    int fd, int v6, const void *_Nullable buffer, size_t count, const struct clinux_ip *_Nonnull to, uint32_t interface);

// Unix datagram sockets; a path that starts with NUL is abstract.
int clinux_unix_socket(void);
int clinux_unix_bind(int fd, const uint8_t *_Nonnull path, size_t length);
int clinux_unix_connect(int fd, const uint8_t *_Nonnull path, size_t length);
ptrdiff_t clinux_unix_send(
    int fd, const void *_Nullable buffer, size_t count, const uint8_t *_Nonnull path, size_t length);

// rtnetlink
int clinux_netlink_socket(void);
int clinux_netlink_request(int fd, uint16_t type, uint32_t sequence);
ptrdiff_t clinux_netlink_receive(int fd, void *_Nonnull buffer, size_t count, uint32_t *_Nonnull sender);

// epoll
enum { CLINUX_READABLE = 1, CLINUX_WRITABLE = 4, CLINUX_FAILED = 8, CLINUX_HUNG_UP = 16 };
struct clinux_event {
    uint64_t token;
    uint32_t events;
};
int clinux_epoll_create(void);
int clinux_epoll_add(int epoll, int fd, uint32_t events, int edge, uint64_t token);
int clinux_epoll_change(int epoll, int fd, uint32_t events, uint64_t token);
int clinux_epoll_remove(int epoll, int fd);
int clinux_epoll_wait(int epoll, struct clinux_event *_Nonnull events, int capacity, int milliseconds);

// Time
uint64_t clinux_boot_time(void);
int64_t clinux_real_time(void);
int clinux_timer_create(void);
int clinux_timer_set(int fd, uint64_t deadline);

// inotify, signals
int clinux_inotify_create(void);
int clinux_inotify_watch(int fd, const char *_Nonnull folder);
enum clinux_signal { CLINUX_SIGTERM, CLINUX_SIGHUP, CLINUX_SIGINT, CLINUX_SIGCHLD, CLINUX_SIGKILL, CLINUX_SIGUSR2 };
int clinux_signal_number(enum clinux_signal signal);
int clinux_signals_create(int with_user2);
int clinux_signals_next(int fd);

// Child processes
int clinux_spawn(
    const char *_Nonnull path, char *_Nullable const *_Nonnull arguments, char *_Nullable const *_Nonnull environment,
    int input, int output, int errors);
// A child that calls sync(2) and ends. It needs no program, which a disk that hangs might never give: posix_spawn waits
// until the program is loaded.
int clinux_spawn_sync(void);
int clinux_pidfd(int pid);
enum { CLINUX_RUNNING = -1000000, CLINUX_BY_SIGNAL = 1000 };
int clinux_reap(int pid);
int clinux_kill_group(int pid, enum clinux_signal signal);

// System
enum clinux_power { CLINUX_RESTART, CLINUX_POWER_OFF };
int clinux_reboot(enum clinux_power action);
int clinux_machine(char *_Nonnull name, size_t size);
int clinux_process_id(void);
const char *_Nullable clinux_environment(const char *_Nonnull name);

// Threads
// Runs `body` on a new thread, which ends without a trace when `body` returns. Signals that are blocked here are
// blocked there, too.
int clinux_start_thread(void (*_Nonnull body)(void *_Nonnull), void *_Nonnull context);

// This process
_Noreturn void clinux_exit(int code);
// Whether a short write would not block now. Non-blocking mode would also hit whoever shares the open file.
int clinux_can_write(int fd);
int clinux_is_mount_point(const char *_Nonnull path);

// Process 1, asked by a signal to end the system. Signal 0 asks nothing and tells whether it may be asked.
int clinux_signal_init(int number);

#include "CLinuxBoot.h"
