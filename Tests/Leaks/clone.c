// Replaces clone(2) while valgrind runs the gateway, because valgrind doesn't support a clone that shares memory. The
// child gets a copy of the memory instead, and otherwise works the same until execve(2).
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
    // Not fork, because valgrind 3.19 lacks pidfd_open.
    int pid = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &untracked, 0, 0);
    if (pid == 0) _exit(child(argument));
    if (pid < 0) return pid;
    // --track-fds counts descriptors opened by fcntl, but not those opened by clone.
    *pidfd = fcntl(untracked, F_DUPFD_CLOEXEC, 3);
    close(untracked);
    return pid;
}
