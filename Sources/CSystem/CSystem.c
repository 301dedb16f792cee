#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

struct job {
    const spawn_request *request;
    char *const *shell_arguments;
    sigset_t mask;
    pid_t parent;
    int error;
};

// Three low descriptors, reserved from the first call on, which a child's pipe ends are copied to before it starts. The
// child can then drop every higher descriptor in one call, at a cost that doesn't grow with their number.
static int slot[3] = {-1, -1, -1};
static int null = -1;

int spawn_prepare(void) {
    // If the program was started without stdin, stdout or stderr, these stay /dev/null. Otherwise an unrelated file
    // would get the number and be read or written instead.
    while (null < 3)
        if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0) return errno;
    if (slot[2] >= 0) return 0;
    for (int i = 0; i < 3; i++) {
        if ((slot[i] = fcntl(null, F_DUPFD_CLOEXEC, 3)) >= 0) continue;
        // All or none: the third must be the highest of them.
        int error = errno;
        while (i-- > 0) close(slot[i]);
        slot[0] = slot[1] = slot[2] = -1;
        return error;
    }
    return 0;
}

static int set_limit(int resource, uint64_t value, uint64_t spare) {
    struct rlimit limit;
    if (!value) return 0;
    if (getrlimit(resource, &limit)) return -1;
    if (value + spare < limit.rlim_max) limit.rlim_max = value + spare;
    limit.rlim_cur = value < limit.rlim_max ? value : limit.rlim_max;
    return setrlimit(resource, &limit);
}

static int set_limits(const child_limits *limits) {
    return set_limit(RLIMIT_DATA, limits->memory, 0) || set_limit(RLIMIT_CPU, limits->cpu, 1)
           || set_limit(RLIMIT_NPROC, limits->processes, 0) || set_limit(RLIMIT_NOFILE, limits->files, 0);
}

// Runs in the parent's memory until execve: it may write nothing there but job->error.
static int child_main(void *argument) {
    struct job *job = argument;
    const spawn_request *request = job->request;
    // 0 stands for the writing process.
    if (request->cgroup >= 0 && write(request->cgroup, "0", 1) != 1) goto failed;
    // Unshare the descriptor table, up to the slots, before changing anything in it.
    if (syscall(SYS_close_range, slot[2] + 1, ~0u, CLOSE_RANGE_UNSHARE)) goto failed;
    for (int i = 0; i < 3; i++)
        if (dup2(slot[i], i) < 0) goto failed; // dup2 clears close-on-exec
    if (syscall(SYS_close_range, 3, ~0u, 0)) goto failed;

    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) sigaction(number, &action, 0);
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != job->parent) _exit(127); // the parent died before prctl took effect

    struct rlimit limit;
    if (request->descriptor_limit && !getrlimit(RLIMIT_NOFILE, &limit)) {
        limit.rlim_cur = request->descriptor_limit;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (set_limits(&request->limits)) goto failed;
    if (request->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) goto failed;
    if (request->directory && chdir(request->directory)) goto failed;
    sigprocmask(SIG_SETMASK, &job->mask, 0);
    execve(request->path, request->arguments, request->environment);
    if (errno == ENOEXEC) execve("/bin/sh", job->shell_arguments, request->environment);
failed:
    job->error = errno;
    _exit(127);
}

int spawn_child(spawned_child *child, const spawn_request *request) {
    static char stack[64 * 1024] __attribute__((aligned(16)));
    int error = spawn_prepare();
    if (error) return error;

    int count = 0;
    while (request->arguments[count]) count++;
    const char **shell_arguments = malloc((count + 2) * sizeof *shell_arguments);
    if (!shell_arguments) return ENOMEM;
    shell_arguments[0] = "/bin/sh";
    shell_arguments[1] = request->path;
    for (int i = 1; i <= count; i++) shell_arguments[i + 1] = request->arguments[i];

    const int ends[3] = {request->input, request->output, request->error};
    for (int i = 0; i < 3; i++) {
        if (dup3(ends[i], slot[i], O_CLOEXEC) < 0) {
            error = errno;
            free(shell_arguments);
            return error;
        }
    }
    struct job job = {
        .request = request, .shell_arguments = (char *const *)shell_arguments, .parent = getpid()};
    sigset_t all, ours;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &ours); // no handler may run on the child's side of the shared memory
    sigemptyset(&job.mask);
    child->pid = clone(child_main, stack + sizeof stack,
                       CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_PIDFD | SIGCHLD, &job, &child->pidfd);
    error = child->pid < 0 ? errno : job.error;
    sigprocmask(SIG_SETMASK, &ours, 0);
    free(shell_arguments);

    // If the slots kept the child's pipes open, the child would never receive EOF.
    for (int i = 0; i < 3; i++) dup3(null, slot[i], O_CLOEXEC);

    if (child->pid > 0 && error) {
        waitpid(child->pid, 0, 0);
        close(child->pidfd);
    }
    return error;
}

int is_marked(const char *path, const char *attribute) {
    char value = 0;
    return getxattr(path, attribute, &value, 1) == 1 && value == '1';
}

void hide_process(void) { prctl(PR_SET_DUMPABLE, 0); }

int open_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) ? errno : 0; }

void set_pipe_size(int descriptor, int bytes) { fcntl(descriptor, F_SETPIPE_SZ, bytes); }

int unread_bytes(int descriptor) {
    int bytes = 0;
    return ioctl(descriptor, FIONREAD, &bytes) ? 0 : bytes;
}

int reap_child(int pidfd) {
    siginfo_t info = {0};
    while (waitid(P_PIDFD, pidfd, &info, WEXITED) < 0 && errno == EINTR) {}
    return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

pid_t ended_child(void) {
    siginfo_t info = {0};
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) ? 0 : info.si_pid;
}

int open_signals(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
    if (sigprocmask(SIG_BLOCK, &set, 0)) return -errno;
    int descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return descriptor < 0 ? -errno : descriptor;
}

int next_signal(int descriptor) {
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

uint64_t raise_descriptor_limit(uint64_t *hard) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit)) {
        *hard = 1024;
        return 1024;
    }
    uint64_t soft = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit)) limit.rlim_max = soft;
    *hard = limit.rlim_max;
    return soft;
}

int open_unnamed_file(const char *directory) {
    int descriptor = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor >= 0) return descriptor;
    // Not every file system supports O_TMPFILE.
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/pipegram-XXXXXX", directory);
    if (length < 0 || length >= (int)sizeof path) return -ENAMETOOLONG;
    descriptor = mkostemp(path, O_CLOEXEC);
    if (descriptor < 0) return -errno;
    unlink(path);
    return descriptor;
}

int reads_pipe(pid_t pid, int descriptor) {
    char text[64];
    snprintf(text, sizeof text, "/proc/%d/syscall", pid);
    int file = open(text, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) return -1;
    text[count] = 0;
    // Either "running" or the system call's number and arguments.
    long call;
    unsigned long argument;
    if (sscanf(text, "%ld %lx", &call, &argument) != 2) return text[0] == 'r' ? 0 : -1;
    if (call != SYS_read || argument != 0) return -1;
    // A shell's `read line <file` temporarily makes another file descriptor 0.
    struct stat ours, theirs;
    snprintf(text, sizeof text, "/proc/%d/fd/0", pid);
    if (fstat(descriptor, &ours) != 0 || stat(text, &theirs) != 0) return -1;
    return ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino ? 1 : -1;
}

int locate_file(const char *path, struct stat *status) {
    // O_PATH doesn't open the file: a FIFO doesn't block, a device isn't triggered, and closing it drops no lock.
    int place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0) return -errno;
    if (!fstat(place, status)) return place;
    int error = errno;
    close(place);
    return -error;
}

int open_beneath(int directory, const char *path) {
    struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long descriptor = syscall(SYS_openat2, directory, path, &how, sizeof how);
    return descriptor < 0 ? -errno : (int)descriptor;
}

int open_located_file(int place) {
    // Opens the same file even if another one has replaced it at its path.
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", place);
    int descriptor = open(link, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    return descriptor < 0 ? -errno : descriptor;
}

// Behind these bytes is a POSIX lock of one byte, because only POSIX locks name their process.
static const off_t locked_bytes = (off_t)1 << 62;

static int set_lock(int descriptor, int command, off_t start, off_t count) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = count};
    return fcntl(descriptor, command, &lock) ? errno : 0;
}

int lock_open_file(int descriptor) {
    int error = set_lock(descriptor, F_OFD_SETLK, 0, locked_bytes);
    if (!error) set_lock(descriptor, F_SETLK, locked_bytes, 1);
    return error;
}

int lock_open_file_briefly(int descriptor) { return set_lock(descriptor, F_OFD_SETLK, 0, locked_bytes); }

int accept_connection(int listener) {
    int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    return connection < 0 ? -errno : connection;
}

int64_t peer_user(int connection) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) ? -1 : (int64_t)peer.uid;
}

pid_t lock_holder(int descriptor) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = locked_bytes};
    if (fcntl(descriptor, F_OFD_GETLK, &lock) || lock.l_type == F_UNLCK) return -1;
    if (lock.l_pid >= 0) return lock.l_pid;
    struct flock name = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = locked_bytes, .l_len = 1};
    if (fcntl(descriptor, F_GETLK, &name) || name.l_type == F_UNLCK || name.l_pid < 0) return 0;
    return name.l_pid;
}

ssize_t find_bytes(const void *bytes, size_t count, const void *sought, size_t length) {
    const char *place = memmem(bytes, count, sought, length);
    return place ? place - (const char *)bytes : -1;
}

uint64_t fnv1a(uint64_t hash, const void *bytes, size_t count) {
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < count; i++) hash = (hash ^ byte[i]) * 0x100000001b3;
    return hash;
}
