#define _GNU_SOURCE
#include "internal.h"

#include <fcntl.h>
#include <linux/watchdog.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void crashed(int number) {
    static const char text[] = "<0>boardinit: crashed; the machine restarts\n";
    int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && write(fd, text, sizeof text - 1) > 0) close(fd);
    if (getpid() == 1) {
        // What was logged last is worth a second; a crash that repeats must not become a busy loop.
        sleep(1);
        reboot(RB_AUTOBOOT);
        for (;;) pause();
    }
    signal(number, SIG_DFL);
    raise(number);
}
void clinux_restart_on_crash(void) {
    static const int numbers[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) signal(numbers[i], crashed);
}
int clinux_take_ctrl_alt_del(void) { RETURN_CALL(reboot(RB_DISABLE_CAD)); }
void clinux_sleep(unsigned seconds) {
    struct timespec rest = {.tv_sec = seconds};
    while (nanosleep(&rest, &rest) < 0 && errno == EINTR) continue;
}
int clinux_set_file_mask(unsigned mask) { return (int)umask(mask); }

// MARK: Files

int clinux_create_append(const char *path, unsigned mode) {
    RETURN_CALL(open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode));
}
int64_t clinux_seek(int fd, int64_t offset) { RETURN_CALL(lseek(fd, offset, SEEK_SET)); }
int clinux_is_there(const char *path) { return access(path, F_OK) == 0; }

// MARK: File systems

_Static_assert(CLINUX_MOUNT_NOSUID == (int)MS_NOSUID && CLINUX_MOUNT_NODEV == (int)MS_NODEV, "mount");
_Static_assert(CLINUX_MOUNT_NOEXEC == (int)MS_NOEXEC, "mount");

int clinux_mount(const char *source, const char *folder, const char *type, unsigned long flags, const char *options) {
    RETURN_CALL(mount(source, folder, type, flags, options));
}
int clinux_spawn_unmount(const char *folder) {
    pid_t pid = fork();
    if (pid != 0) return pid < 0 ? -errno : pid;
    setpgid(0, 0);
    if (syscall(SYS_close_range, 0u, ~0u, 0u) < 0) {
        for (int fd = 0; fd < 1024; fd++) close(fd);
    }
    if (umount2(folder, 0) < 0) mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL);
    sync();
    _exit(0);
}

int clinux_set_host_name(const uint8_t *name, size_t length) { RETURN_CALL(sethostname((const char *)name, length)); }

// MARK: Watchdog

_Static_assert(CLINUX_CARD_RESET == WDIOF_CARDRESET, "watchdog");

int clinux_watchdog_boot_status(int fd) {
    int status = 0;
    if (ioctl(fd, WDIOC_GETBOOTSTATUS, &status) < 0) return -errno;
    return status & 0x7fffffff;
}
int clinux_watchdog_set_timeout(int fd, int seconds) {
    if (ioctl(fd, WDIOC_SETTIMEOUT, &seconds) < 0) return -errno;
    return seconds;
}

// MARK: Child processes

int clinux_reap_any(int *status) {
    int ended = 0;
    pid_t reaped;
    do {
        reaped = waitpid(-1, &ended, WNOHANG);
    } while (reaped < 0 && errno == EINTR);
    if (reaped < 0) return errno == ECHILD ? 0 : -errno;
    *status = WIFSIGNALED(ended) ? CLINUX_BY_SIGNAL + WTERMSIG(ended) : WEXITSTATUS(ended);
    return reaped;
}
int clinux_has_children(void) {
    siginfo_t ended;
    return waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}
int clinux_kill_all(enum clinux_signal signal) {
    if (getpid() != 1) return -EPERM;
    RETURN_CALL(kill(-1, clinux_signal_number(signal)));
}
int clinux_set_nice(int pid, int nice) { RETURN_CALL(setpriority(PRIO_PROCESS, (id_t)pid, nice)); }

// MARK: Unix sockets

int clinux_unix_pass_credentials(int fd) {
    int on = 1;
    RETURN_CALL(setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
}
ptrdiff_t clinux_unix_receive_from(int fd, void *buffer, size_t count, int *sender) {
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int) * 64)];
    } control;
    struct iovec part = {.iov_base = buffer, .iov_len = count};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ptrdiff_t received;
    *sender = 0;
    do {
        received = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (received < 0 && errno == EINTR);
    if (received < 0) return -errno;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET) continue;
        if (header->cmsg_type == SCM_CREDENTIALS && header->cmsg_len == CMSG_LEN(sizeof(struct ucred))) {
            struct ucred credentials;
            memcpy(&credentials, CMSG_DATA(header), sizeof credentials);
            *sender = credentials.pid;
        } else if (header->cmsg_type == SCM_RIGHTS) {
            // Nobody asked for descriptors, and those that came would stay open.
            size_t open = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (size_t i = 0; i < open; i++) {
                int fd_received;
                memcpy(&fd_received, CMSG_DATA(header) + i * sizeof fd_received, sizeof fd_received);
                close(fd_received);
            }
        }
    }
    return received;
}
