// libmicrohttpd's options and questions are variadic, which Swift cannot call: one typed name for each.
#pragma once
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>

/// Listens on 127.0.0.1, on a port that the system picks when `port` is 0. Without a thread: the caller
/// watches `mhd_epoll` and calls MHD_run. NULL leaves the reason in errno.
static inline struct MHD_Daemon *mhd_listen(uint16_t port, MHD_AccessHandlerCallback access,
                                            MHD_RequestCompletedCallback completed,
                                            MHD_NotifyConnectionCallback connected, void *context) {
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
    };
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, port, NULL, NULL, access, context,
                            MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_NOTIFY_COMPLETED, completed, context,
                            MHD_OPTION_NOTIFY_CONNECTION, connected, context, MHD_OPTION_END);
}

/// -1 if there is none.
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

/// -1 if there is none.
static inline int mhd_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/// From a reader of a body: the connection is closed in its middle.
static const ssize_t mhd_break_off = MHD_CONTENT_READER_END_WITH_ERROR;
