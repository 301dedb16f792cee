// libmicrohttpd's options and queries are variadic, and Swift can't call variadic functions: one typed function for
// each.
#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>

/// Listens on an address such as `127.0.0.1` or `::1`; with `port` 0 the system picks a port. No thread is started: the
/// caller watches `mhd_epoll` and calls MHD_run. Each connection may use `memory` bytes, not counting bodies. Returns
/// NULL with errno on failure, EINVAL for an invalid address.
static inline struct MHD_Daemon *mhd_listen(const char *host, uint16_t port, size_t memory,
                                            MHD_AccessHandlerCallback access,
                                            MHD_RequestCompletedCallback completed,
                                            MHD_NotifyConnectionCallback connected, void *context) {
    union {
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
    if (inet_pton(AF_INET, host, &address.v4.sin_addr) == 1) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(port);
    } else if (inet_pton(AF_INET6, host, &address.v6.sin6_addr) == 1) {
        address.v6.sin6_family = AF_INET6;
        address.v6.sin6_port = htons(port);
        flags |= MHD_USE_IPv6;
    } else {
        errno = EINVAL;
        return NULL;
    }
    return MHD_start_daemon(flags, port, NULL, NULL, access, context, MHD_OPTION_SOCK_ADDR, &address,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
                            MHD_OPTION_NOTIFY_COMPLETED, completed, context, MHD_OPTION_NOTIFY_CONNECTION,
                            connected, context, MHD_OPTION_END);
}

/// Returns -1 if there is none.
static inline int mhd_epoll(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

static inline uint16_t mhd_port(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

static inline unsigned int mhd_connections(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    return info ? info->num_connections : 0;
}

/// Returns -1 if there is none.
static inline int mhd_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/// Returned by a body's reader: closes the connection in the middle of the body.
static const ssize_t mhd_break_off = MHD_CONTENT_READER_END_WITH_ERROR;
