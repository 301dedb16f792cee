// libmicrohttpd's options and queries are variadic, and Swift can't call variadic functions: one typed function for
// each.
#pragma once
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/// A server's limits; 0 means none, or for `connections` the library's own.
typedef struct {
    size_t memory;        // bytes for each connection, not counting bodies
    unsigned connections; // open at a time; more wait to be accepted
    unsigned timeout;     // seconds after which an idle connection is closed
} mhd_limits;

/// Listens on a Unix socket, which must not exist yet. Returns its descriptor, or -1 with errno.
static inline int mhd_bind_path(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0 &&
        listen(descriptor, SOMAXCONN) == 0)
        return descriptor;
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

/// Listens on an address such as `127.0.0.1` or `::1`, where port 0 lets the system pick a port, or on a Unix socket,
/// whose path contains a `/`. No thread is started: the caller watches `mhd_epoll` and calls MHD_run. Returns NULL with
/// errno on failure, EINVAL for an invalid address.
static inline struct MHD_Daemon *mhd_listen(const char *host, uint16_t port, mhd_limits limits,
                                            MHD_AccessHandlerCallback access,
                                            MHD_RequestCompletedCallback completed,
                                            MHD_NotifyConnectionCallback connected, void *context) {
    union {
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem place = {MHD_OPTION_SOCK_ADDR, 0, &address};
    if (strchr(host, '/')) {
        int descriptor = mhd_bind_path(host);
        if (descriptor < 0) return NULL;
        place = (struct MHD_OptionItem){MHD_OPTION_LISTEN_SOCKET, descriptor, NULL};
    } else if (inet_pton(AF_INET, host, &address.v4.sin_addr) == 1) {
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
    struct MHD_OptionItem options[] = {
        place,
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)limits.memory, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, limits.timeout, NULL},
        {limits.connections ? MHD_OPTION_CONNECTION_LIMIT : MHD_OPTION_END, limits.connections, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    return MHD_start_daemon(flags, port, NULL, NULL, access, context, MHD_OPTION_ARRAY, options,
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
