// A Bot API server that receives one upload, and measures the gateway that it starts.
//
//   upload FILE -- GATEWAY [ARGUMENT...]
//
// Sends one message, which the gateway's child must answer with sendDocument. Prints a line of figures: throughput and
// time from the first byte on, and the gateway's CPU time and memory meanwhile.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TOKEN "7:benchmark"

struct connection { int fd; size_t used; long long left; char head[64 * 1024]; };

static struct connection connections[16];
static pid_t gateway;
static int updates_given, is_done;
static long long file_size;
static struct { double wall, cpu; long rss; } start;

static void fail(const char *words) {
    fprintf(stderr, "upload: %s (%s)\n", words, strerror(errno));
    if (gateway) kill(gateway, SIGKILL);
    exit(1);
}

static double wall(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static double cpu(void) {
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(gateway, &clock) || clock_gettime(clock, &time)) fail("no clock of the gateway");
    return time.tv_sec + time.tv_nsec / 1e9;
}

// In KB: `VmRSS` is the current value, `VmHWM` the peak.
static long memory(const char *name) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", gateway);
    FILE *file = fopen(path, "r");
    long value = -1;
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, name, strlen(name))) value = atol(line + strlen(name) + 1);
    if (file) fclose(file);
    return value;
}

static void answer(struct connection *connection, const char *result) {
    char bytes[1024];
    int body = (int)strlen(result) + 22;
    int count = snprintf(bytes, sizeof bytes,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n{\"ok\":true,\"result\":%s}\n",
        body, result);
    if (write(connection->fd, bytes, count) != count) fail("no answer goes out");
    connection->used = 0;
}

static void request_came(struct connection *connection) {
    const char *head = connection->head;
    if (strstr(head, "/getMe ")) {
        answer(connection, "{\"id\":7,\"is_bot\":true,\"first_name\":\"B\",\"username\":\"b\"}");
    } else if (strstr(head, "/getUpdates ")) {
        // The second getUpdates is never answered.
        if (updates_given++) return;
        answer(connection, "[{\"update_id\":1,\"message\":{\"message_id\":1,\"date\":1,\"text\":\"x\","
            "\"chat\":{\"id\":42,\"type\":\"private\"},\"from\":{\"id\":42,\"is_bot\":false,\"first_name\":\"A\"}}}]");
    } else if (strstr(head, "/sendDocument ")) {
        double seconds = wall() - start.wall, used = cpu() - start.cpu;
        answer(connection, "{\"message_id\":2,\"date\":1,\"chat\":{\"id\":42,\"type\":\"private\"}}");
        printf("mb_per_s=%.0f wall_s=%.3f cpu_s=%.3f rss_before_kb=%ld rss_grown_kb=%ld\n",
            file_size / 1e6 / seconds, seconds, used, start.rss, memory("VmHWM:") - start.rss);
        is_done = 1;
    } else {
        answer(connection, "true");
    }
}

// Parses the headers, which end at `end`; part of the body may follow them.
static void head_came(struct connection *connection, char *end) {
    char *length = strcasestr(connection->head, "\r\nContent-Length:");
    long long body = length && length < end ? atoll(length + 17) : 0;
    connection->left = body - (long long)(connection->used - (end + 4 - connection->head));
    end[2] = 0;
    if (strstr(connection->head, "/sendDocument ")) {
        if (body < file_size) fail("the form is shorter than the file");
        start.wall = wall();
        start.cpu = cpu();
        start.rss = memory("VmRSS:");
    }
}

static void bytes_came(struct connection *connection) {
    static char body[1 << 20];
    ssize_t count;
    if (connection->left > 0) {
        count = read(connection->fd, body, sizeof body);
        if (count > 0) connection->left -= count;
    } else {
        count = read(connection->fd, connection->head + connection->used,
            sizeof connection->head - connection->used - 1);
        if (count > 0) connection->used += count;
        connection->head[connection->used] = 0;
        char *end = strstr(connection->head, "\r\n\r\n");
        if (count > 0 && !end) return;
        if (end) head_came(connection, end);
    }
    if (count <= 0) {
        close(connection->fd);
        memset(connection, 0, sizeof *connection);
    } else if (connection->left <= 0) {
        connection->left = 0;
        request_came(connection);
    }
}

int main(int count, char **arguments) {
    struct stat status;
    if (count < 4 || stat(arguments[1], &status)) fail("usage: upload FILE -- GATEWAY [ARGUMENT...]");
    file_size = status.st_size;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    if (bind(listener, (void *)&address, length) || listen(listener, 16) ||
        getsockname(listener, (void *)&address, &length)) fail("no port");

    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", ntohs(address.sin_port));
    setenv("TELEGRAM_API_URL", url, 1);
    setenv("TELEGRAM_BOT_TOKEN", TOKEN, 1);
    if (!(gateway = fork())) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execv(arguments[3], arguments + 3);
        _exit(127);
    }
    while (!is_done) {
        struct pollfd polled[17] = { { .fd = listener, .events = POLLIN } };
        for (int i = 0; i < 16; i++)
            polled[i + 1] = (struct pollfd){ .fd = connections[i].fd ? connections[i].fd : -1, .events = POLLIN };
        if (poll(polled, 17, 60000) <= 0) fail("nothing came for a minute");
        for (int i = 0; i < 16; i++)
            if (polled[i + 1].revents) bytes_came(&connections[i]);
        if (!polled[0].revents) continue;
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        for (int i = 0; i < 16 && fd >= 0; i++)
            if (!connections[i].fd) {
                connections[i].fd = fd;
                fd = -1;
            }
        if (fd >= 0) fail("too many connections");
    }
    kill(gateway, SIGKILL);
    waitpid(gateway, NULL, 0);
    return 0;
}
