// A Bot API server with minimal overhead, which starts and measures a gateway.
//
//   server [OPTION...] -- GATEWAY [ARGUMENT...]
//
//   --chats N      number of chats (50)
//   --window W     maximum number of unanswered messages, one per chat (50)
//   --messages M   number of measured messages (50000)
//   --warmup N     number of messages before the measured ones (2000)
//   --idle N       instead, measure the memory of N idle children, one per chat
//   --hold S       ... and the gateway's CPU time during S idle seconds
//   --deadline S   time limit, not counting --hold (120)
//
// Prints `port=N`, then one line of figures. The gateway finds the server through TELEGRAM_API_URL, and its stdout goes
// to stderr. A wrong or repeated answer fails the measurement.
#define _GNU_SOURCE
#include "messages.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TOKEN "7:benchmark"
#define MILLISECOND 1000000LL
#define SECOND (1000 * MILLISECOND)

static struct { int chats, window, messages, warmup, idle, hold, deadline; } options = {
    .chats = 50, .window = 50, .messages = 50000, .warmup = 2000, .deadline = 120,
};

static int loop, listener;
static int64_t deadline;
static pid_t gateway;
static int gateway_ended;           // its pidfd

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("server: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    if (gateway && !kill(gateway, SIGKILL)) waitpid(gateway, NULL, 0);
    exit(1);
}

static int64_t now(clockid_t clock) {
    struct timespec time;
    if (clock_gettime(clock, &time)) fail("clock_gettime: %s", strerror(errno));
    return time.tv_sec * SECOND + time.tv_nsec;
}

static void watch(int fd, void *owner) {
    struct epoll_event event = { EPOLLIN, { .ptr = owner } };
    if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl: %s", strerror(errno));
}

// Requests

struct connection { int fd; size_t used; char bytes[64 * 1024]; };

static struct connection *poller;   // waits for updates
static int64_t poller_until, poller_due;
static int connections, polls, confirmed;

static void hang_up(struct connection *connection) {
    if (poller == connection) poller = NULL;
    close(connection->fd);
    free(connection);
}

/// Blocks for up to five seconds if the gateway doesn't read. A truncated response shows as an error of the gateway, or
/// as a timeout.
static void respond(struct connection *connection, const char *body, size_t size) {
    char head[160];
    int length = snprintf(head, sizeof head,
                          "HTTP/1.1 200 OK\r\nServer: nginx/1.18.0\r\nContent-Type: application/json\r\n"
                          "Content-Length: %zu\r\nConnection: keep-alive\r\n\r\n", size);
    struct iovec parts[] = { { head, length }, { (char *)body, size } };
    (void)!sendmsg(connection->fd, &(struct msghdr){ .msg_iov = parts, .msg_iovlen = 2 }, MSG_NOSIGNAL);
}

static void give_updates(struct connection *connection) {
    enum { BATCH = 100 };
    static char body[BATCH * MESSAGES_UPDATE_SIZE + 32];
    char *out = stpcpy(body, "{\"ok\":true,\"result\":[");
    for (int i = confirmed; i < confirmed + BATCH && (i < messages_given || messages_may_give()); i++) {
        if (i == messages_given) messages_give();
        if (i > confirmed) *out++ = ',';
        out = messages_write_update(out, i);
    }
    out = stpcpy(out, "]}");
    polls++;
    respond(connection, body, out - body);
}

static void get_updates(struct connection *connection, const char *body) {
    int64_t next = json_number(body, "\"offset\"") - FIRST_UPDATE, seconds = json_number(body, "\"timeout\"");
    if (next > confirmed) confirmed = next < messages_given ? next : messages_given;
    if (poller) fail("a second getUpdates while the first one waits");
    if (confirmed < messages_given || messages_may_give() || seconds <= 0) return give_updates(connection);
    poller = connection;
    poller_until = now(CLOCK_MONOTONIC) + (seconds < 50 ? seconds : 50) * SECOND;
    poller_due = 0;
}

static void send_message(struct connection *connection, const char *body) {
    static char answer[sizeof connection->bytes + 1024];
    if (!messages_accept_answer(body)) fail("not the answer that its chat waits for: %s", body);
    const char *text = strstr(body, "\"text\""), *end = strchr(text + strlen("\"text\""), '"') + 1;
    while (*end && *end != '"') end += *end == '\\' && end[1] ? 2 : 1;
    int size = snprintf(answer, sizeof answer,
                        "{\"ok\":true,\"result\":{\"message_id\":%d,"
                        "\"from\":{\"id\":7,\"is_bot\":true,\"first_name\":\"Demo\",\"username\":\"demo_bot\"},"
                        "\"chat\":{\"id\":%lld,\"first_name\":\"Ada\",\"last_name\":\"Lovelace\",\"type\":\"private\"},"
                        "\"date\":1700000000,%.*s\"}}",
                        messages_answered, json_number(body, "\"chat_id\""), (int)(end - text), text);
    respond(connection, answer, size);
}

static void serve(struct connection *connection, const char *path, const char *body) {
    static const char prefix[] = "/bot" TOKEN "/", yes[] = "{\"ok\":true,\"result\":true}";
    static const char me[] = "{\"ok\":true,\"result\":{\"id\":7,\"is_bot\":true,"
                             "\"first_name\":\"Demo\",\"username\":\"demo_bot\"}}";
    if (strncmp(path, prefix, strlen(prefix))) fail("an unknown path: %.60s", path);
    const char *method = path + strlen(prefix);
    size_t length = strcspn(method, " ?");
    if (!strncmp(method, "sendMessage", length)) return send_message(connection, body);
    if (!strncmp(method, "getUpdates", length)) return get_updates(connection, body);
    if (!strncmp(method, "getMe", length)) return respond(connection, me, strlen(me));
    respond(connection, yes, strlen(yes));
}

/// Handles the first request if it is complete. Returns its size, or 0.
static size_t serve_first(struct connection *connection) {
    char *bytes = connection->bytes, *end = memmem(bytes, connection->used, "\r\n\r\n", 4);
    if (!end) return 0;
    *end = 0;
    const char *length = strcasestr(bytes, "\r\nContent-Length:"), *path = strchr(bytes, ' ');
    if (!path) fail("not HTTP: %.60s", bytes);
    if (strcasestr(bytes, "\r\nTransfer-Encoding:")) fail("a request in chunks");
    *end = '\r';
    size_t head = end + 4 - bytes, size = head + (length ? strtoul(length + 17, NULL, 10) : 0);
    if (size >= sizeof connection->bytes) fail("a request of %zu bytes", size);
    if (size > connection->used) return 0;
    char next = bytes[size];
    bytes[size] = 0;
    serve(connection, path + 1, bytes + head);
    bytes[size] = next;
    return size;
}

static void receive(struct connection *connection) {
    ssize_t count = recv(connection->fd, connection->bytes + connection->used,
                         sizeof connection->bytes - 1 - connection->used, 0);
    if (count <= 0) return hang_up(connection);
    connection->used += count;
    size_t size;
    while (connection->used && (size = serve_first(connection))) {
        connection->used -= size;
        memmove(connection->bytes, connection->bytes + size, connection->used);
    }
}

static void accept_connection(void) {
    struct connection *connection = malloc(sizeof *connection);
    if (!connection) fail("out of memory");
    connection->used = 0;
    connection->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection->fd < 0) fail("accept: %s", strerror(errno));
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    setsockopt(connection->fd, SOL_SOCKET, SO_SNDTIMEO, &(struct timeval){ 5, 0 }, sizeof(struct timeval));
    connections++;
    watch(connection->fd, connection);
}

// The loop

/// Answers the waiting getUpdates if it is due, and returns when it will be.
///
/// Telegram answers about 1 ms after the first new update. Without this delay every answer of the bot would lead to a
/// getUpdates with a single update, and a faster gateway would get more of them.
static int64_t serve_poller(int64_t time) {
    if (!poller) return INT64_MAX;
    if (!poller_due && messages_may_give()) poller_due = time + MILLISECOND;
    int64_t due = poller_due ? poller_due : poller_until;
    if (due > time) return due;
    struct connection *connection = poller;
    poller = NULL;
    give_updates(connection);
    return INT64_MAX;
}

/// Runs until `count` messages are answered, the time is `until`, or the gateway has exited.
static void run(int count, int64_t until) {
    struct epoll_event events[64];
    while (messages_answered < count) {
        int64_t time = now(CLOCK_MONOTONIC);
        if (time >= until) return;
        if (time >= deadline)
            fail("gave up after %d s: %d messages given, %d answered", options.deadline + options.hold,
                 messages_given, messages_answered);
        int64_t due = serve_poller(time), wait = deadline;
        if (due < wait) wait = due;
        if (until < wait) wait = until;
        wait -= time;
        struct timespec timeout = { wait / SECOND, wait % SECOND };
        int ready = epoll_pwait2(loop, events, 64, &timeout, NULL);
        if (ready < 0 && errno != EINTR) fail("epoll_pwait2: %s", strerror(errno));
        for (int i = 0; i < ready; i++) {
            if (events[i].data.ptr == &gateway_ended) return;
            if (events[i].data.ptr == &listener) accept_connection();
            else receive(events[i].data.ptr);
        }
    }
}

// The gateway

static void start_gateway(char **command, int port) {
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
    gateway = fork();
    if (gateway < 0) fail("fork: %s", strerror(errno));
    if (gateway == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setenv("TELEGRAM_BOT_TOKEN", TOKEN, 1);
        setenv("TELEGRAM_API_URL", url, 1);
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execvp(*command, command);
        fprintf(stderr, "server: %s: %s\n", *command, strerror(errno));
        _exit(127);
    }
    gateway_ended = pidfd_open(gateway, 0);
    if (gateway_ended < 0) fail("pidfd_open: %s", strerror(errno));
    watch(gateway_ended, &gateway_ended);
}

static bool gateway_lives(void) {
    siginfo_t info = { 0 };
    waitid(P_PIDFD, gateway_ended, &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid == 0;
}

static void stop_gateway(void) {
    deadline = INT64_MAX;
    kill(gateway, SIGTERM);
    run(INT32_MAX, now(CLOCK_MONOTONIC) + 10 * SECOND);
    if (gateway_lives()) fail("the gateway was still there 10 s after SIGTERM");
    int status;
    waitpid(gateway, &status, 0);
    gateway = 0;
    if (WIFSIGNALED(status) && WTERMSIG(status) != SIGTERM) fail("the gateway ended by signal %d", WTERMSIG(status));
    if (WIFEXITED(status) && WEXITSTATUS(status) && WEXITSTATUS(status) != 128 + SIGTERM)
        fail("the gateway ended with status %d", WEXITSTATUS(status));
}

/// The gateway's own CPU time in nanoseconds, without its children's.
static int64_t cpu_time(void) {
    clockid_t clock;
    int error = clock_getcpuclockid(gateway, &clock);
    if (error) fail("clock_getcpuclockid: %s", strerror(error));
    return now(clock);
}

struct memory { double resident, anonymous; };  // KB

/// From smaps_rollup, which counts pages; the counters in `status` may lag behind.
static struct memory memory(void) {
    struct memory memory = { 0, 0 };
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", gateway);
    FILE *file = fopen(path, "r");
    if (!file) fail("%s: %s", path, strerror(errno));
    while (fgets(line, sizeof line, file)) {
        sscanf(line, "Rss: %lf", &memory.resident);
        sscanf(line, "Anonymous: %lf", &memory.anonymous);
    }
    fclose(file);
    if (!memory.resident || !memory.anonymous) fail("%s: without Rss or Anonymous", path);
    return memory;
}

// Measurements

static void run_until_answered(int count) {
    run(count, INT64_MAX);
    if (messages_answered < count) fail("the gateway ended after %d answers", messages_answered);
}

static void run_for(int64_t span) {
    run(INT32_MAX, now(CLOCK_MONOTONIC) + span);
    if (!gateway_lives()) fail("the gateway ended while it was idle");
}

static void run_until_quiet(void) {
    int64_t before;
    do {
        before = cpu_time();
        run_for(SECOND);
    } while (cpu_time() != before);
}

static void measure_messages(void) {
    int total = options.warmup + options.messages;
    if (!messages_prepare(total, options.chats, options.window)) fail("out of memory");
    messages_allow(total);
    run_until_answered(options.warmup);
    int first = messages_answered, first_poll = polls;
    int64_t cpu = cpu_time(), wall = now(CLOCK_MONOTONIC), own = now(CLOCK_PROCESS_CPUTIME_ID);
    run_until_answered(total);
    cpu = cpu_time() - cpu;
    wall = now(CLOCK_MONOTONIC) - wall;
    own = now(CLOCK_PROCESS_CPUTIME_ID) - own;
    double count = total - first;
    printf("messages=%.0f cpu_us_per_message=%.2f wall_us_per_message=%.2f rss_kb=%.0f "
           "server_cpu_us_per_message=%.2f messages_per_poll=%.1f connections=%d\n",
           count, cpu / count / 1000, wall / count / 1000, memory().resident,
           own / count / 1000, count / (polls - first_poll), connections);
}

static void measure_idle(void) {
    enum { FEW = 10 };
    if (options.idle <= FEW) fail("--idle needs more than %d", FEW);
    // The window stays the same, so that more connections don't count as memory of children.
    if (!messages_prepare(options.idle, options.idle, FEW)) fail("out of memory");
    messages_allow(FEW);
    run_until_answered(FEW);
    run_until_quiet();
    struct memory few = memory();
    messages_allow(options.idle);
    run_until_answered(options.idle);
    run_until_quiet();
    struct memory all = memory();
    double more = options.idle - FEW;
    int64_t cpu = cpu_time();
    run_for(options.hold * SECOND);
    cpu = cpu_time() - cpu;
    printf("children=%d rss_kb_with_%d=%.0f rss_kb=%.0f rss_kb_per_child=%.2f "
           "anon_kb_with_%d=%.0f anon_kb=%.0f anon_kb_per_child=%.2f hold_s=%d hold_cpu_us=%.1f\n",
           options.idle, FEW, few.resident, all.resident, (all.resident - few.resident) / more,
           FEW, few.anonymous, all.anonymous, (all.anonymous - few.anonymous) / more,
           options.hold, cpu / 1e3);
}

static char **read_options(char **arguments) {
    struct { const char *name; int *value; } known[] = {
        { "--chats", &options.chats }, { "--window", &options.window }, { "--messages", &options.messages },
        { "--warmup", &options.warmup }, { "--idle", &options.idle }, { "--hold", &options.hold },
        { "--deadline", &options.deadline },
    };
    for (; *arguments && strcmp(*arguments, "--"); arguments += 2) {
        int *value = NULL;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (!strcmp(*arguments, known[i].name)) value = known[i].value;
        if (!value || !arguments[1] || (*value = atoi(arguments[1])) <= 0)
            fail("%s: unknown, or without a number above 0; see the top of server.c", *arguments);
    }
    if (!*arguments || !arguments[1]) fail("usage: server [OPTION...] -- GATEWAY [ARGUMENT...]");
    return arguments + 1;
}

static int listen_anywhere(void) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (void *)&address, size) || listen(listener, 128)) fail("listen: %s", strerror(errno));
    getsockname(listener, (void *)&address, &size);
    watch(listener, &listener);
    return ntohs(address.sin_port);
}

int main(int count, char **arguments) {
    (void)count;
    char **command = read_options(arguments + 1);
    deadline = now(CLOCK_MONOTONIC) + (options.deadline + options.hold) * SECOND;
    loop = epoll_create1(EPOLL_CLOEXEC);
    int port = listen_anywhere();
    printf("port=%d\n", port);
    fflush(stdout);
    start_gateway(command, port);
    if (options.idle) measure_idle();
    else measure_messages();
    stop_gateway();
    return 0;
}
