// Linux features that Swift's Glibc module lacks. Feature macros stay in the .c file: a second definition of
// _GNU_SOURCE here would give Glibc's types two layouts and break the build.
#pragma once
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/types.h>

typedef struct {
    pid_t pid;
    int pidfd;
} spawned_child;

/// What a child may use; 0 keeps our limit. None is raised above ours.
typedef struct {
    uint64_t memory;    // RLIMIT_DATA, in bytes
    uint64_t cpu;       // RLIMIT_CPU, in seconds: SIGXCPU, and SIGKILL a second later
    uint64_t processes; // RLIMIT_NPROC, of all of the user's
    uint64_t files;     // RLIMIT_NOFILE
} child_limits;

typedef struct {
    const char *path;         // resolved: PATH isn't searched
    char *const *arguments;   // NULL-terminated, starting with the program's name
    char *const *environment; // NULL-terminated
    const char *directory;    // NULL keeps ours
    int input, output, error; // become descriptors 0, 1 and 2
    uint64_t descriptor_limit; // the child's soft RLIMIT_NOFILE; 0 keeps ours
    child_limits limits;
    int cgroup;            // the cgroup.procs of the group that the child joins; negative keeps ours
    int no_new_privileges; // execve(2) ignores set-user-ID bits and file capabilities
} spawn_request;

/// Reserves three low descriptors for spawning; call once, before many descriptors are open. Returns 0 or an errno.
int spawn_prepare(void);

/// Starts a program in a session of its own with only three descriptors, default signal handling, and SIGKILL when this
/// process dies. A script without a `#!` line runs in /bin/sh, as with execvp(3). Call only from the loop's thread.
///
/// Returns 0, or the errno of the failed start, after which nothing is left behind. The cost doesn't depend on how many
/// descriptors this process has open; posix_spawn copies the whole table.
int spawn_child(spawned_child *child, const spawn_request *request);

/// Whether the extended attribute of a file is "1". Returns 1 or 0.
int is_marked(const char *path, const char *attribute);

/// Hides this process's memory, descriptors and environment from other processes of its user, and makes no core dump.
void hide_process(void);

/// Creates a pipe that children don't inherit. Returns 0 or an errno.
int open_pipe(int ends[2]);

/// Resizes a pipe to `bytes`, rounded up to a page. If the kernel refuses, the size stays as it is.
void set_pipe_size(int descriptor, int bytes);

/// How many bytes in this pipe haven't been read.
int unread_bytes(int descriptor);

/// Whether a process waits in read(2) on its descriptor 0, and that descriptor is the other end of the pipe
/// `descriptor`. Returns 1, or 0 if the process is running; -1 if it waits for something else or can't be inspected.
int reads_pipe(pid_t pid, int descriptor);

/// Reaps the child of a readable pidfd. Returns its exit status, 0...255, or 128 + the signal.
int reap_child(int pidfd);

/// A child that has ended and isn't reaped yet, and stays so; 0 if there is none.
pid_t ended_child(void);

/// Blocks these signals and returns a descriptor that is readable while one of them is pending; negative: an errno.
int open_signals(const int *signals, int count);

/// The next pending signal, or 0.
int next_signal(int descriptor);

/// Raises the soft descriptor limit to the hard one. Returns the old soft limit, and the hard limit in `*hard`.
uint64_t raise_descriptor_limit(uint64_t *hard);

/// Creates an unnamed file in `directory`; it disappears with its last descriptor. Negative: an errno.
int open_unnamed_file(const char *directory);

/// Finds a file without opening it for reading, and fills in `*status`. Returns a descriptor for `open_located_file`;
/// negative: an errno.
int locate_file(const char *path, struct stat *status);

/// Opens a directory without leaving the one of a descriptor, for other calls with its descriptor only. Negative: an
/// errno; EXDEV if the path leads out, also by a symbolic link.
int open_beneath(int directory, const char *path);

/// Opens a file found by `locate_file` for reading. Negative: an errno.
int open_located_file(int place);

/// Locks a whole file for this open file description. Unlike a POSIX lock, the lock stays when the process closes
/// another descriptor of the file. Returns 0 or an errno.
int lock_open_file(int descriptor);

/// The same for some milliseconds: `lock_holder` doesn't see the process, so others wait for it. Returns 0 or an errno.
int lock_open_file_briefly(int descriptor);

/// Accepts a connection as a descriptor that doesn't block and that children don't inherit. Negative: an errno.
int accept_connection(int listener);

/// The user of the process at the other end of a Unix socket; -1 if that isn't known.
int64_t peer_user(int connection);

/// The process that holds such a lock or a POSIX lock; 0 if it isn't visible here, -1 if the file isn't locked.
pid_t lock_holder(int descriptor);

/// The index of the first `sought` in `bytes`; -1 if there is none.
ssize_t find_bytes(const void *bytes, size_t count, const void *sought, size_t length);

/// Continues a checksum (64-bit FNV-1a). It is in C because tests call it in debug builds, where Swift is slow.
uint64_t fnv1a(uint64_t hash, const void *bytes, size_t count);
