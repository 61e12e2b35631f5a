#pragma once
// wpa_supplicant's control socket. libwpa_client's own wpa_ctrl_request waits up to ten seconds: the descriptor is used
// by hand instead.
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wpa_ctrl.h>

// Paths end in NUL. NULL when nobody listens at `path`, or `folder` cannot hold a socket of ours.
static inline struct wpa_ctrl *_Nullable cwpa_open(const uint8_t *_Nonnull path, const uint8_t *_Nonnull folder) {
    return wpa_ctrl_open2((const char *)path, (const char *)folder);
}

// Whether there is a socket that we may not open, or a folder that we may not look into. wpa_ctrl_open2 does not tell.
static inline int cwpa_forbidden(const uint8_t *_Nonnull path) {
    return access((const char *)path, W_OK) != 0 && errno == EACCES;
}

static inline void cwpa_close(struct wpa_ctrl *_Nonnull control) { wpa_ctrl_close(control); }
static inline int cwpa_descriptor(struct wpa_ctrl *_Nonnull control) { return wpa_ctrl_get_fd(control); }

enum cwpa_result { CWPA_WOULD_BLOCK = -1, CWPA_GONE = -2 };

static inline ptrdiff_t cwpa_result_of(ptrdiff_t result) {
    if (result >= 0) return result;
    return errno == EAGAIN || errno == EINTR || errno == ENOBUFS ? CWPA_WOULD_BLOCK : CWPA_GONE;
}

// The number of bytes, or a cwpa_result.
static inline ptrdiff_t cwpa_send(struct wpa_ctrl *_Nonnull control, const uint8_t *_Nonnull bytes, size_t count) {
    return cwpa_result_of(send(wpa_ctrl_get_fd(control), bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL));
}

// One datagram, cut to `count`: its size, 0 for an empty one, or a cwpa_result.
static inline ptrdiff_t cwpa_receive(struct wpa_ctrl *_Nonnull control, uint8_t *_Nonnull bytes, size_t count) {
    return cwpa_result_of(recv(wpa_ctrl_get_fd(control), bytes, count, MSG_DONTWAIT));
}
