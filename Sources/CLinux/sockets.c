#define _GNU_SOURCE
#include "internal.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t pack(union address *address, int v6, const struct clinux_ip *ip) {
    memset(address, 0, sizeof *address);
    if (!v6) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(ip->port);
        address->v4.sin_addr.s_addr = htonl((uint32_t)ip->low);
        return sizeof address->v4;
    }
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons(ip->port);
    address->v6.sin6_scope_id = ip->scope;
    uint64_t words[2] = {__builtin_bswap64(ip->high), __builtin_bswap64(ip->low)};
    memcpy(&address->v6.sin6_addr, words, 16);
    return sizeof address->v6;
}

static void unpack_v4(struct in_addr from, struct clinux_ip *ip) {
    ip->high = 0;
    ip->low = 0xffff00000000u | ntohl(from.s_addr);
}

static void unpack_v6(const struct in6_addr *from, struct clinux_ip *ip) {
    uint64_t words[2];
    memcpy(words, from, 16);
    ip->high = __builtin_bswap64(words[0]);
    ip->low = __builtin_bswap64(words[1]);
}

static void unpack(const union address *address, struct clinux_ip *ip) {
    memset(ip, 0, sizeof *ip);
    if (address->any.sa_family == AF_INET) {
        unpack_v4(address->v4.sin_addr, ip);
        ip->port = ntohs(address->v4.sin_port);
    } else if (address->any.sa_family == AF_INET6) {
        unpack_v6(&address->v6.sin6_addr, ip);
        ip->port = ntohs(address->v6.sin6_port);
        ip->scope = address->v6.sin6_scope_id;
    }
}

int clinux_socket(int v6, int stream) {
    RETURN_CALL(socket(
        v6 ? AF_INET6 : AF_INET, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

struct option {
    int level, name;
};
static const struct option options[] = {
    [CLINUX_REUSE_ADDRESS] = {SOL_SOCKET, SO_REUSEADDR},
    [CLINUX_V6_ONLY] = {IPPROTO_IPV6, IPV6_V6ONLY},
    [CLINUX_NO_DELAY] = {IPPROTO_TCP, TCP_NODELAY},
    [CLINUX_USER_TIMEOUT_MS] = {IPPROTO_TCP, TCP_USER_TIMEOUT},
    [CLINUX_BROADCAST] = {SOL_SOCKET, SO_BROADCAST},
    [CLINUX_PACKET_INFO] = {IPPROTO_IP, IP_PKTINFO},
    [CLINUX_SEND_BUFFER] = {SOL_SOCKET, SO_SNDBUF},
    [CLINUX_RECEIVE_BUFFER] = {SOL_SOCKET, SO_RCVBUF},
};
int clinux_set_option(int fd, enum clinux_option option, int value) {
    RETURN_CALL(setsockopt(fd, options[option].level, options[option].name, &value, sizeof value));
}
int clinux_bind_device(int fd, const char *name) {
    RETURN_CALL(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name)));
}
int clinux_bound_device(int fd, char *name, size_t size) {
    socklen_t length = (socklen_t)size;
    if (getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &length) < 0) return -errno;
    return length == 0 ? 0 : (int)strnlen(name, length);
}
int clinux_bind(int fd, int v6, const struct clinux_ip *ip) {
    union address address;
    socklen_t size = pack(&address, v6, ip);
    RETURN_CALL(bind(fd, &address.any, size));
}
// An interrupted connect goes on by itself: EINTR is EINPROGRESS.
int clinux_connect(int fd, int v6, const struct clinux_ip *ip) {
    union address address;
    socklen_t size = pack(&address, v6, ip);
    if (connect(fd, &address.any, size) == 0) return 0;
    return errno == EINTR ? -EINPROGRESS : -errno;
}
int clinux_listen(int fd, int backlog) { RETURN_CALL(listen(fd, backlog)); }
int clinux_accept(int fd, struct clinux_ip *remote) {
    union address address = {0};
    socklen_t size = sizeof address;
    int accepted;
    do {
        accepted = accept4(fd, &address.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    } while (accepted < 0 && errno == EINTR);
    if (accepted < 0) return -errno;
    unpack(&address, remote);
    return accepted;
}
int clinux_local_address(int fd, struct clinux_ip *ip) {
    union address address = {0};
    socklen_t size = sizeof address;
    if (getsockname(fd, &address.any, &size) < 0) return -errno;
    unpack(&address, ip);
    return 0;
}
int clinux_remote_address(int fd, struct clinux_ip *ip) {
    union address address = {0};
    socklen_t size = sizeof address;
    if (getpeername(fd, &address.any, &size) < 0) return -errno;
    unpack(&address, ip);
    return 0;
}
int clinux_socket_error(int fd) {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0) return -errno;
    return -error;
}
int clinux_shutdown_write(int fd) { RETURN_CALL(shutdown(fd, SHUT_WR)); }
ptrdiff_t clinux_send_stream(int fd, const void *buffer, size_t count) {
    RETURN_CALL(send(fd, buffer, count, MSG_NOSIGNAL));
}

ptrdiff_t clinux_receive(int fd, void *buffer, size_t count, struct clinux_packet *packet) {
    union address from = {0};
    union {
        struct cmsghdr aligned;
        char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(struct in_pktinfo))];
    } control;
    struct iovec part = {buffer, count};
    struct msghdr message = {
        .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1,
        .msg_control = &control, .msg_controllen = sizeof control,
    };
    ssize_t received;
    do {
        received = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    } while (received < 0 && errno == EINTR);
    if (received < 0) return -errno;
    memset(packet, 0, sizeof *packet);
    unpack(&from, &packet->source);
    packet->truncated = (message.msg_flags & MSG_TRUNC) != 0;
    for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item != NULL; item = CMSG_NXTHDR(&message, item)) {
        if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(item), sizeof info);
            packet->interface = (uint32_t)info.ipi_ifindex;
            unpack_v4(info.ipi_addr, &packet->destination);
        }
    }
    return received;
}
ptrdiff_t clinux_send(
    int fd, int v6, const void *buffer, size_t count, const struct clinux_ip *to, uint32_t interface) {
    union address address;
    socklen_t size = pack(&address, v6, to);
    union {
        struct cmsghdr aligned;
        char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
    } control = {0};
    struct iovec part = {(void *)buffer, count};
    struct msghdr message = {.msg_name = &address, .msg_namelen = size, .msg_iov = &part, .msg_iovlen = 1};
    if (interface != 0 && !v6) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *item = CMSG_FIRSTHDR(&message);
        item->cmsg_level = IPPROTO_IP;
        item->cmsg_type = IP_PKTINFO;
        item->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
        struct in_pktinfo info = {.ipi_ifindex = (int)interface};
        memcpy(CMSG_DATA(item), &info, sizeof info);
    }
    RETURN_CALL(sendmsg(fd, &message, MSG_NOSIGNAL));
}

// MARK: Unix

static socklen_t pack_unix(struct sockaddr_un *address, const uint8_t *path, size_t length) {
    if (length == 0 || length >= sizeof address->sun_path) return 0;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (path[0] != 0));
}
int clinux_unix_socket(void) { RETURN_CALL(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); }
int clinux_unix_bind(int fd, const uint8_t *path, size_t length) {
    struct sockaddr_un address;
    socklen_t size = pack_unix(&address, path, length);
    if (size == 0) return -ENAMETOOLONG;
    RETURN_CALL(bind(fd, (struct sockaddr *)&address, size));
}
int clinux_unix_connect(int fd, const uint8_t *path, size_t length) {
    struct sockaddr_un address;
    socklen_t size = pack_unix(&address, path, length);
    if (size == 0) return -ENAMETOOLONG;
    RETURN_CALL(connect(fd, (struct sockaddr *)&address, size));
}
ptrdiff_t clinux_unix_send(int fd, const void *buffer, size_t count, const uint8_t *path, size_t length) {
    struct sockaddr_un address;
    socklen_t size = pack_unix(&address, path, length);
    if (size == 0) return -ENAMETOOLONG;
    RETURN_CALL(sendto(fd, buffer, count, MSG_NOSIGNAL, (struct sockaddr *)&address, size));
}

// MARK: rtnetlink

int clinux_netlink_socket(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) return -errno;
    struct sockaddr_nl address = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE,
    };
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        int failure = errno;
        clinux_close(fd);
        return -failure;
    }
    return fd;
}
int clinux_netlink_request(int fd, uint16_t type, uint32_t sequence) {
    struct {
        struct nlmsghdr header;
        struct rtgenmsg body;
    } request = {
        .header = {
            .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
            .nlmsg_type = type,
            .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
            .nlmsg_seq = sequence,
        },
        .body = {.rtgen_family = AF_UNSPEC},
    };
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    ssize_t sent;
    do {
        sent = sendto(fd, &request, request.header.nlmsg_len, 0, (struct sockaddr *)&kernel, sizeof kernel);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}
ptrdiff_t clinux_netlink_receive(int fd, void *buffer, size_t count, uint32_t *sender) {
    struct sockaddr_nl from = {0};
    struct iovec part = {buffer, count};
    struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1};
    ssize_t received;
    do {
        received = recvmsg(fd, &message, 0);
    } while (received < 0 && errno == EINTR);
    if (received < 0) return -errno;
    if (message.msg_flags & MSG_TRUNC) return -EMSGSIZE;
    *sender = from.nl_pid;
    return received;
}
