#pragma once
// What only process 1 of a flashed board needs; the same rules as in CLinux.h.
#include <stddef.h>
#include <stdint.h>

// Process 1 that crashes takes the kernel with it. These signals say so on /dev/kmsg and restart the machine instead.
void clinux_restart_on_crash(void);
// Ctrl-Alt-Del becomes SIGINT to process 1.
int clinux_take_ctrl_alt_del(void);
void clinux_sleep(unsigned seconds);
int clinux_set_file_mask(unsigned mask);

// Files
int clinux_create_append(const char *_Nonnull path, unsigned mode);
int64_t clinux_seek(int fd, int64_t offset);
int clinux_is_there(const char *_Nonnull path);

// File systems. Options may be NULL.
enum { CLINUX_MOUNT_NOSUID = 2, CLINUX_MOUNT_NODEV = 4, CLINUX_MOUNT_NOEXEC = 8 };
int clinux_mount(
    const char *_Nonnull source, const char *_Nonnull folder, const char *_Nonnull type, unsigned long flags,
    const char *_Nullable options);
// A child that unmounts `folder`, or makes it read-only where that fails, writes what is cached to disk and ends; see
// clinux_spawn_sync.
int clinux_spawn_unmount(const char *_Nonnull folder);

int clinux_set_host_name(const uint8_t *_Nonnull name, size_t length);

// The watchdog device. The status is a set of flags, of which CLINUX_CARD_RESET is the one that says "I did it".
enum { CLINUX_CARD_RESET = 0x20 };
int clinux_watchdog_boot_status(int fd);
int clinux_watchdog_set_timeout(int fd, int seconds);

// Child processes. Reaps any that has ended: its number, or 0 when none has; `status` is as in clinux_reap.
int clinux_reap_any(int *_Nonnull status);
int clinux_has_children(void);
// To every process but this one and process 1 (kill -1): for process 1 alone.
int clinux_kill_all(enum clinux_signal signal);
int clinux_set_nice(int pid, int nice);

// A datagram and the process that sent it, which the kernel tells (SO_PASSCRED). 0 for `sender` when it does not.
int clinux_unix_pass_credentials(int fd);
ptrdiff_t clinux_unix_receive_from(int fd, void *_Nonnull buffer, size_t count, int *_Nonnull sender);
