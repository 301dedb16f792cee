// Stands in for clone(2) where valgrind runs the gateway, which knows no clone that shares memory: the child
// gets a copy of it instead, and does the same there until it is another program.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

int clone(int (*child)(void *), void *stack, int flags, void *argument, ...) {
    (void)stack, (void)flags;
    va_list rest;
    va_start(rest, argument);
    int *pidfd = va_arg(rest, int *), untracked = -1;
    va_end(rest);
    // Not fork: valgrind 3.19 has no pidfd_open.
    int pid = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &untracked, 0, 0);
    if (pid == 0) _exit(child(argument));
    if (pid < 0) return pid;
    // What clone opens isn't counted by --track-fds, what fcntl opens is.
    *pidfd = fcntl(untracked, F_DUPFD_CLOEXEC, 3);
    close(untracked);
    return pid;
}
