// What Linux has and Swift's Glibc module lacks. Feature macros stay in the .c file: a second definition
// of _GNU_SOURCE here would give Glibc's types two shapes and stop the build.
#pragma once
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/types.h>

typedef struct {
    pid_t pid;
    int pidfd;
} spawned_child;

typedef struct {
    const char *path;         // resolved: no PATH is searched
    char *const *arguments;   // NULL-terminated, the program's own name first
    char *const *environment; // NULL-terminated
    int input, output, error; // become descriptors 0, 1 and 2
    uint64_t descriptor_limit; // the soft RLIMIT_NOFILE it gets back; 0 leaves it
} spawn_request;

/// Keeps three low descriptors for spawning; call once, before many descriptors are open. 0 or an errno.
int spawn_prepare(void);

/// Starts a program in a session of its own, with three descriptors and no other, every signal at its
/// default, and SIGKILL for the day this process dies. A script without a `#!` line goes to /bin/sh, as
/// execvp(3) would have it. One caller: the loop's thread.
///
/// 0, or the errno that names why it could not start; nothing is left behind then. Costs the same
/// however many descriptors this process has open, where posix_spawn copies the whole table.
int spawn_child(spawned_child *child, const spawn_request *request);

/// A pipe whose ends are closed in every child. 0 or an errno.
int open_pipe(int ends[2]);

/// Shrinks or grows a pipe to `bytes`, rounded up to a page; what the kernel refuses stays as it was.
void set_pipe_size(int descriptor, int bytes);

/// What was written to this pipe and not yet read, in bytes.
int unread_bytes(int descriptor);

/// Whether a process waits in read(2) on its descriptor 0, which is the other end of the pipe `descriptor`: 1 or
/// 0; -1 when it waits for something else, or nobody may know.
int reads_pipe(pid_t pid, int descriptor);

/// Waits for the child behind a pidfd that is readable. Its exit status in 0...255, or 128 + the signal.
int reap_child(int pidfd);

/// A descriptor that is readable while one of these signals is pending; they are blocked from here on.
/// Negative: an errno.
int open_signals(const int *signals, int count);

/// The number of the next pending signal, or 0.
int next_signal(int descriptor);

/// Raises the soft descriptor limit to the hard one. The old soft limit, and the hard one in `*hard`.
uint64_t raise_descriptor_limit(uint64_t *hard);

/// A file in `directory` without a name, gone with its last descriptor. Negative: an errno.
int open_unnamed_file(const char *directory);

/// Opens a file for reading if it is a regular one, and touches nothing else. Its size in `*size`; what it is,
/// as stat(2) has it, in `*mode`, where that can be seen. Negative: an errno, EINVAL for what is no regular file.
int open_regular_file(const char *path, mode_t *mode, int64_t *size);

/// Where `sought` begins in `bytes` for the first time; -1 where it isn't.
ssize_t find_bytes(const void *bytes, size_t count, const void *sought, size_t length);

/// Goes on with a checksum (FNV-1a, 64 bits), in C because tests do it in debug builds.
uint64_t fnv1a(uint64_t hash, const void *bytes, size_t count);
