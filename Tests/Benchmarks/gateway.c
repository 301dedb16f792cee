// The gateway in C, to measure the cost of the same work without Swift.
//
// Its design is pipegram's: one thread, one epoll loop, libcurl's multi interface, jansson, a child per chat, one event
// at a time through a pipe of one page. It has none of pipegram's features: it supports only messages and sendMessage,
// keeps nothing on disk and restarts no child.
//
//   TELEGRAM_BOT_TOKEN=7:secret TELEGRAM_API_URL=http://127.0.0.1:8081 gateway PROGRAM [ARGUMENT...]
#define _GNU_SOURCE
#include <curl/curl.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

struct line { struct line *next; size_t size; char bytes[]; };
struct queue { struct line *first, **end; };
struct buffer { char *bytes; size_t size, room; };

struct child {
    struct child *next;             // in its bucket, or among the ended ones
    int64_t chat;
    pid_t pid;
    int pidfd, input, output, errors;
    struct queue events, calls;     // the first of each is in progress
    size_t written;                 // of the first event
    bool ended;
    struct buffer partial;          // an unterminated line of stdout
};

struct transfer { CURL *easy; struct child *child; struct buffer reply; struct transfer *next; };

/// The type of a descriptor, in the low bits of its epoll data; the rest is the child, or curl's descriptor.
enum kind { CURL_SOCKET, INPUT, OUTPUT, ERRORS, EXIT, SIGNAL, KINDS = 8 };

static char *api, **program;
static CURLM *multi;
static int loop;
static bool running = true;
static int64_t curl_deadline, poll_deadline;   // 0 for none
static int64_t offset;
static char *scope_tail;
static struct child *children[4096], *ended;
static struct transfer *poller, *idle;

static void *need(void *pointer) {
    if (!pointer) errx(1, "out of memory");
    return pointer;
}

static int64_t milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void append(struct buffer *buffer, const void *bytes, size_t size) {
    if (buffer->size + size > buffer->room) {
        buffer->room = (buffer->size + size) * 2;
        buffer->bytes = need(realloc(buffer->bytes, buffer->room));
    }
    memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
}

static void push(struct queue *queue, struct line *line) {
    if (!queue->first) queue->end = &queue->first;
    *queue->end = line;
    queue->end = &line->next;
}

static void pop(struct queue *queue) {
    struct line *line = queue->first;
    queue->first = line->next;
    free(line);
}

static void watch(int fd, uint32_t events, void *child, enum kind kind) {
    struct epoll_event event = { events, { .u64 = (uintptr_t)child | kind } };
    if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event)) err(1, "epoll_ctl");
}

/// Writes `head`, the members of `object`, and `tail`.
static struct line *make_line(const char *head, json_t *object, const char *tail) {
    // Telegram limits updates to 512 KiB.
    static char members[1 << 20];
    size_t before = strlen(head), after = strlen(tail);
    size_t size = json_dumpb(object, members, sizeof members, JSON_COMPACT | JSON_EMBED);
    if (size > sizeof members) errx(1, "an object of %zu bytes", size);
    struct line *line = need(malloc(sizeof *line + before + size + after));
    *line = (struct line){ .size = before + size + after };
    memcpy(line->bytes, head, before);
    memcpy(line->bytes + before, members, size);
    memcpy(line->bytes + before + size, tail, after);
    return line;
}

// Calls

static size_t reply_arrived(char *bytes, size_t size, size_t count, void *transfer) {
    append(&((struct transfer *)transfer)->reply, bytes, size * count);
    return size * count;
}

static struct transfer *new_transfer(const char *method, long timeout) {
    static struct curl_slist *headers;
    if (!headers) {
        headers = need(curl_slist_append(headers, "Content-Type: application/json"));
        headers = need(curl_slist_append(headers, "Expect:"));
    }
    struct transfer *transfer = need(calloc(1, sizeof *transfer));
    CURL *easy = transfer->easy = need(curl_easy_init());
    char url[1024];
    snprintf(url, sizeof url, "%s/%s", api, method);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, timeout);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, reply_arrived);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    return transfer;
}

/// `body` isn't copied: it must stay valid until the transfer has finished.
static void post(struct transfer *transfer, const char *body, size_t size) {
    transfer->reply.size = 0;
    curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE, (long)size);
    CURLMcode code = curl_multi_add_handle(multi, transfer->easy);
    if (code) errx(1, "curl: %s", curl_multi_strerror(code));
}

static void make_call(struct child *child) {
    struct transfer *transfer = idle;
    if (transfer) idle = transfer->next;
    else transfer = new_transfer("sendMessage", 60);
    transfer->child = child;
    post(transfer, child->calls.first->bytes, child->calls.first->size);
}

static bool succeeded(struct transfer *transfer, CURLcode code, const char *method) {
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code) warnx("%s: %s", method, curl_easy_strerror(code));
    else if (status != 200)
        warnx("%s: status %ld: %.*s", method, status, (int)transfer->reply.size, transfer->reply.bytes);
    return !code && status == 200;
}

static void call_finished(struct transfer *transfer, CURLcode code) {
    struct child *child = transfer->child;
    succeeded(transfer, code, "sendMessage");
    transfer->next = idle;
    idle = transfer;
    pop(&child->calls);
    if (child->calls.first) make_call(child);
    else if (child->ended) free(child);
}

static void line_arrived(struct child *child, const char *bytes, size_t size) {
    json_error_t error;
    json_t *call = json_loadb(bytes, size, 0, &error);
    const char *type = json_string_value(json_object_get(call, "type"));
    if (!type || strcmp(type, "telegram.send_message") || !json_object_get(call, "text")) {
        warnx("chat:%lld line dropped: %s", (long long)child->chat,
              call ? "not a telegram.send_message with a text" : error.text);
        json_decref(call);
        return;
    }
    char head[64] = "{";
    if (!json_object_get(call, "chat_id"))
        snprintf(head, sizeof head, "{\"chat_id\":%lld,", (long long)child->chat);
    json_object_del(call, "type");
    bool first = !child->calls.first;
    push(&child->calls, make_line(head, call, "}"));
    json_decref(call);
    if (first) make_call(child);
}

// Children

/// close(2) alone isn't enough: a child that is being started may still have a copy of the descriptor, and then epoll
/// would keep reporting the closed one.
static void forget(int *fd) {
    if (*fd < 0) return;
    epoll_ctl(loop, EPOLL_CTL_DEL, *fd, NULL);
    close(*fd);
    *fd = -1;
}

static void write_event(struct child *child) {
    struct line *event = child->events.first;
    ssize_t size = write(child->input, event->bytes + child->written, event->size - child->written);
    if (size > 0) child->written += size;
    else if (errno != EAGAIN) forget(&child->input);
}

/// The pipe is empty again: the child has read its contents.
static void input_ready(struct child *child, uint32_t events) {
    if (events & EPOLLERR) forget(&child->input);
    if (child->input < 0 || !child->events.first) return;
    if (child->written == child->events.first->size) {
        pop(&child->events);
        child->written = 0;
    }
    if (child->events.first) write_event(child);
}

static void deliver(struct child *child, struct line *event) {
    bool first = !child->events.first;
    push(&child->events, event);
    if (first && child->input >= 0) write_event(child);
}

static void output_ready(struct child *child) {
    static char block[64 * 1024];
    ssize_t size = read(child->output, block, sizeof block);
    if (size < 0) return;
    if (size == 0) return forget(&child->output);
    char *line = block, *end;
    while ((end = memchr(line, '\n', block + size - line))) {
        if (child->partial.size) {
            append(&child->partial, line, end - line);
            line_arrived(child, child->partial.bytes, child->partial.size);
            child->partial.size = 0;
        } else line_arrived(child, line, end - line);
        line = end + 1;
    }
    if (line < block + size) append(&child->partial, line, block + size - line);
}

static void errors_ready(struct child *child) {
    char block[4096];
    ssize_t size = read(child->errors, block, sizeof block);
    if (size == 0) forget(&child->errors);
    if (size > 0) fprintf(stderr, "chat:%lld %.*s", (long long)child->chat, (int)size, block);
}

static struct child **find(int64_t chat) {
    struct child **place = &children[(uint64_t)chat % 4096];
    while (*place && (*place)->chat != chat) place = &(*place)->next;
    return place;
}

static void child_ended(struct child *child) {
    siginfo_t info = { 0 };
    waitid(P_PIDFD, child->pidfd, &info, WEXITED);
    if (child->output >= 0) output_ready(child);    // its last output
    if (info.si_status || child->events.first)
        warnx("chat:%lld ended with status %d", (long long)child->chat, info.si_status);
    while (child->events.first) pop(&child->events);
    forget(&child->pidfd);
    forget(&child->input);
    forget(&child->output);
    forget(&child->errors);
    free(child->partial.bytes);
    *find(child->chat) = child->next;
    child->next = ended;
    ended = child;
}

static struct child *start(int64_t chat) {
    int input[2], output[2], errors[2];
    if (pipe2(input, O_CLOEXEC) || pipe2(output, O_CLOEXEC) || pipe2(errors, O_CLOEXEC)) err(1, "pipe2");
    if (fcntl(input[1], F_SETPIPE_SZ, 4096) < 0) err(1, "F_SETPIPE_SZ");
    fcntl(input[1], F_SETFL, O_NONBLOCK);
    fcntl(output[0], F_SETFL, O_NONBLOCK);
    fcntl(errors[0], F_SETFL, O_NONBLOCK);

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, input[0], 0);
    posix_spawn_file_actions_adddup2(&files, output[1], 1);
    posix_spawn_file_actions_adddup2(&files, errors[1], 2);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes, &signals);
    sigaddset(&signals, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &signals);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

    struct child *child = need(calloc(1, sizeof *child));
    child->chat = chat;
    int error = posix_spawnp(&child->pid, *program, &files, &attributes, program, environ);
    if (error) errx(1, "%s: %s", *program, strerror(error));
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    close(input[0]);
    close(output[1]);
    close(errors[1]);
    child->pidfd = pidfd_open(child->pid, 0);
    if (child->pidfd < 0) err(1, "pidfd_open");
    child->input = input[1];
    child->output = output[0];
    child->errors = errors[0];
    watch(child->input, EPOLLOUT | EPOLLET, child, INPUT);
    watch(child->output, EPOLLIN, child, OUTPUT);
    watch(child->errors, EPOLLIN, child, ERRORS);
    watch(child->pidfd, EPOLLIN, child, EXIT);
    return child;
}

// Updates

static void ask_for_updates(void) {
    static char body[64];
    int size = snprintf(body, sizeof body, "{\"offset\":%lld,\"timeout\":50}", (long long)offset);
    poll_deadline = 0;
    post(poller, body, size);
}

static void update_arrived(json_t *update) {
    json_int_t id = json_integer_value(json_object_get(update, "update_id"));
    json_t *message = json_object_get(update, "message"), *chat = json_object_get(message, "chat");
    offset = id + 1;
    if (!chat) return;
    int64_t number = json_integer_value(json_object_get(chat, "id"));
    struct child **place = find(number);
    if (!*place) {
        *place = start(number);
        deliver(*place, make_line("{\"type\":\"telegram\",\"chat\":{", chat, scope_tail));
    }
    char head[80];
    snprintf(head, sizeof head, "{\"type\":\"telegram.message\",\"update_id\":%lld,", (long long)id);
    deliver(*place, make_line(head, message, "}\n"));
}

static void updates_arrived(CURLcode code) {
    json_error_t error;
    json_t *update;
    size_t i;
    poll_deadline = milliseconds() + 1000;
    if (!succeeded(poller, code, "getUpdates")) return;
    json_t *reply = json_loadb(poller->reply.bytes, poller->reply.size, 0, &error);
    if (!reply) warnx("getUpdates: %s", error.text);
    if (!reply) return;
    json_array_foreach(json_object_get(reply, "result"), i, update) update_arrived(update);
    json_decref(reply);
    ask_for_updates();
}

/// Asks for the bot's User. It may block, because the loop isn't running yet.
static void get_me(void) {
    struct transfer *transfer = new_transfer("getMe", 10);
    CURLcode code = curl_easy_perform(transfer->easy);
    if (!succeeded(transfer, code, "getMe")) exit(1);
    json_t *reply = json_loadb(transfer->reply.bytes, transfer->reply.size, 0, NULL);
    json_t *bot = json_object_get(reply, "result");
    if (!bot) errx(1, "getMe: no bot in the answer");
    struct line *tail = make_line("},\"spec_version\":\"1.0\",\"bot\":{", bot, "}}\n");
    scope_tail = need(strndup(tail->bytes, tail->size));
    free(tail);
    json_decref(reply);
    curl_easy_cleanup(transfer->easy);
    free(transfer->reply.bytes);
    free(transfer);
}

// The loop

static int socket_changed(CURL *easy, curl_socket_t fd, int what, void *user, void *known) {
    (void)easy, (void)user;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(loop, EPOLL_CTL_DEL, fd, NULL);
        return curl_multi_assign(multi, fd, NULL), 0;
    }
    struct epoll_event event = { .data.u64 = (uint64_t)fd * KINDS | CURL_SOCKET };
    if (what & CURL_POLL_IN) event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
    if (epoll_ctl(loop, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event)) err(1, "epoll_ctl");
    curl_multi_assign(multi, fd, &multi);
    return 0;
}

/// Only records the deadline: curl must not be called from its callback.
static int timeout_changed(CURLM *multi, long timeout, void *user) {
    (void)multi, (void)user;
    curl_deadline = timeout < 0 ? 0 : milliseconds() + timeout;
    return 0;
}

static void act(curl_socket_t fd, int events) {
    int left;
    CURLMcode code = curl_multi_socket_action(multi, fd, events, &left);
    if (code) errx(1, "curl: %s", curl_multi_strerror(code));
}

static void finish_transfers(void) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(multi, &left))) {
        struct transfer *transfer;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        curl_multi_remove_handle(multi, transfer->easy);
        if (transfer == poller) updates_arrived(code);
        else call_finished(transfer, code);
    }
}

static void ready(struct epoll_event event) {
    struct child *child = (void *)(uintptr_t)(event.data.u64 & ~(uint64_t)(KINDS - 1));
    enum kind kind = event.data.u64 % KINDS;
    int what = 0;
    switch (kind) {
    case CURL_SOCKET:
        if (event.events & EPOLLIN) what |= CURL_CSELECT_IN;
        if (event.events & EPOLLOUT) what |= CURL_CSELECT_OUT;
        if (event.events & (EPOLLERR | EPOLLHUP)) what |= CURL_CSELECT_ERR;
        return act(event.data.u64 / KINDS, what);
    case INPUT: return child->input < 0 ? (void)0 : input_ready(child, event.events);
    case OUTPUT: return child->output < 0 ? (void)0 : output_ready(child);
    case ERRORS: return child->errors < 0 ? (void)0 : errors_ready(child);
    case EXIT: return child_ended(child);
    default: running = false;
    }
}

/// Called after a batch of events, which may contain more events of an ended child.
static void free_ended(void) {
    while (ended) {
        struct child *child = ended;
        ended = child->next;
        child->ended = true;
        if (!child->calls.first) free(child);
    }
}

static int time_to_wait(void) {
    int64_t due = curl_deadline;
    if (poll_deadline && (!due || poll_deadline < due)) due = poll_deadline;
    if (!due) return -1;
    int64_t now = milliseconds();
    return due > now ? due - now : 0;
}

static void run(void) {
    struct epoll_event events[256];
    while (running) {
        if (poll_deadline && poll_deadline <= milliseconds()) ask_for_updates();
        int count = epoll_wait(loop, events, 256, time_to_wait());
        for (int i = 0; i < count; i++) ready(events[i]);
        if (curl_deadline && curl_deadline <= milliseconds()) {
            curl_deadline = 0;
            act(CURL_SOCKET_TIMEOUT, 0);
        }
        finish_transfers();
        free_ended();
    }
}

static void raise_descriptor_limit(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int count, char **arguments) {
    (void)count;
    char *url = getenv("TELEGRAM_API_URL"), *token = getenv("TELEGRAM_BOT_TOKEN");
    program = arguments + 1;
    if (!*program || !url || !token)
        errx(1, "usage: TELEGRAM_BOT_TOKEN=TOKEN TELEGRAM_API_URL=URL gateway PROGRAM [ARGUMENT...]");
    if (asprintf(&api, "%s/bot%s", url, token) < 0) errx(1, "out of memory");
    unsetenv("TELEGRAM_BOT_TOKEN");
    raise_descriptor_limit();
    signal(SIGPIPE, SIG_IGN);
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, NULL);

    loop = epoll_create1(EPOLL_CLOEXEC);
    watch(signalfd(-1, &stop, SFD_CLOEXEC), EPOLLIN, NULL, SIGNAL);
    if (curl_global_init(CURL_GLOBAL_DEFAULT)) errx(1, "curl_global_init failed");
    multi = need(curl_multi_init());
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timeout_changed);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 128L);
    get_me();
    poller = new_transfer("getUpdates", 60);
    ask_for_updates();
    run();
    return 0;
}
