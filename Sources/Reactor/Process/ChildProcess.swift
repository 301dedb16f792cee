import CSystem
import Glibc

/// Receives a child's events; every call comes from the loop.
package protocol ChildProcessObserver: AnyObject {
    /// The child wrote a line to stdout; its newline is stripped.
    func childWrote(_ line: LineSplitter.Line)
    /// The child wrote part of a line; `takePartOfLine` returns it.
    func childWrotePart()
    /// The child wrote a line to stderr.
    func childWroteStderr(_ line: LineSplitter.Line)
    /// The child read everything written to its stdin: it waits for more, or is still processing.
    func childReadAll()
    /// The child closed its stdin or stdout but still runs: it can't receive or send anything more.
    func childClosedPipe()
    /// The child exited, and all its output has been delivered. This is the last call.
    func childExited(_ exit: ChildProcess.Exit)
}

extension ChildProcessObserver {
    package func childWrotePart() {}
}

/// A child that exchanges lines: a process, its three pipes, the bytes still to be written to it and its unterminated
/// lines.
///
/// Its stdin is a pipe of one page. The kernel reports such a pipe as writable only when the child has read all of it;
/// so the gateway learns when a child has read its input.
package final class ChildProcess {
    /// How a child ended.
    package struct Exit: Equatable {
        /// 0...255, or 128 + the number of the signal that killed it.
        package let status: Int32
        /// How many of the bytes written to its stdin it never read.
        package let unread: Int
        /// Whether the kernel ended processes of it, because all together needed more memory than their limit.
        package let isOutOfMemory: Bool

        /// The signal of such a status; nil for a program's own. ssh, for example, exits with 255.
        package static func signal(of status: Int32) -> Int32? {
            (129...192).contains(status) ? status - 128 : nil
        }

        package init(status: Int32, unread: Int, isOutOfMemory: Bool = false) {
            (self.status, self.unread, self.isOutOfMemory) = (status, unread, isOutOfMemory)
        }
    }

    /// How many bytes of a stderr line are kept.
    private static let stderrLineLimit = 4096
    /// How many bytes are read after an exit: a grandchild may write forever.
    private static let drainLimit = 1 << 20
    private static var running: Set<pid_t> = []
    private static let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

    package var pid: pid_t { group.leader }
    private let group: ProcessGroup
    private let pidfd: Int32
    private var stdout: ChildOutput
    private var stderr: ChildOutput
    /// Whether the rest of its process group survives its exit. If not, the group gets SIGTERM.
    package var sparesItsGroup = false
    private var stdin: ChildInput
    private let loop: EventLoop
    private let lineLimit: Int
    private unowned let observer: any ChildProcessObserver

    private var stdoutLines = LineSplitter()
    private var stderrLines = LineSplitter()
    private var exit: Exit?

    /// Whether the process is a child that was started here, and isn't reaped yet.
    static func isRunning(_ pid: pid_t) -> Bool { running.contains(pid) }

    /// Starts `program`. The observer receives events until `childExited` and must live until then.
    ///
    /// Fails with an errno: `isExhaustion` at the system's limits, ENOENT if the file or the interpreter named in its
    /// `#!` line is missing, EACCES if it isn't executable.
    package init(
        _ program: Program, lineLimit: Int, on loop: EventLoop, observer: any ChildProcessObserver
    ) throws(SystemError) {
        var ends: [Int32] = []
        do throws(SystemError) {
            for _ in 0..<3 { ends += try Self.pipe() }
            let child = try program.spawn(input: ends[0], output: ends[3], error: ends[5])
            (group, pidfd) = child
            Self.running.insert(child.group.leader)
        } catch {
            ends.forEach { close($0) }
            throw error
        }
        for end in [0, 3, 5] { close(ends[end]) }
        (stdin, stdout, stderr) = (ChildInput(ends[1]), ChildOutput(ends[2]), ChildOutput(ends[4]))
        (self.loop, self.lineLimit, self.observer) = (loop, lineLimit, observer)

        set_pipe_size(ends[1], 4096)
        for end in [ends[1], ends[2], ends[4]] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        do {
            try watch()
        } catch {
            abandon()
            throw error
        }
    }

    private static func pipe() throws(SystemError) -> [Int32] {
        var ends: [Int32] = [-1, -1]
        let error = open_pipe(&ends)
        guard error == 0 else { throw SystemError("creating a pipe", code: error) }
        return ends
    }

    private func watch() throws(SystemError) {
        try loop.watch(stdin.descriptor, for: [.writable, .edgeTriggered]) { [unowned self] in
            stdinReady($0)
        }
        try loop.watch(stdout.descriptor, for: .readable) { [unowned self] _ in stdoutReady() }
        try loop.watch(stderr.descriptor, for: .readable) { [unowned self] _ in readStderr() }
        try loop.watch(pidfd, for: .readable) { [unowned self] _ in reap() }
    }

    /// Undoes a start when the loop can't watch its descriptors.
    private func abandon() {
        kill(-pid, SIGKILL)
        _ = reap_child(pidfd)
        _ = group.place?.leave()
        Self.running.remove(pid)
        stdin.close(loop)
        stdout.close(loop)
        stderr.close(loop)
        loop.unwatch(pidfd)
        close(pidfd)
    }

    // MARK: stdin

    /// Writes as much as the pipe takes now, and the rest as the child reads; `childReadAll` follows.
    package func write(_ bytes: [UInt8]) { stdin.write(bytes, loop) }

    /// Closes the child's stdin once everything is written.
    package func endInput() { stdin.end(loop) }

    /// How many of the bytes given to `write` the child hasn't read.
    package var unread: Int { stdin.unread }

    private func stdinReady(_ readiness: EventLoop.Readiness) {
        if readiness.contains(.writable) { stdin.flush(loop) }
        guard !stdin.hasEnded else { return }
        if !readiness.isDisjoint(with: .closed) {
            // The descriptor stays open so that unread bytes can be counted. Unwatch it, because epoll reports a hangup
            // repeatedly and for every interest.
            loop.unwatch(stdin.descriptor)
            if exit == nil { observer.childClosedPipe() }
        } else if stdin.wasReadWhole() {
            observer.childReadAll()
        }
    }

    // MARK: stdout and stderr

    /// Stops reading its stdout until `resumeOutput`: when the pipe is full, the child blocks in its write.
    package func pauseOutput() {
        if exit == nil { stdout.pause(loop) }
    }

    package func resumeOutput() { stdout.resume(loop) }

    /// Reads all of its stdout that is available now, unless it is paused.
    package func readOutputDry() {
        while !stdout.isPaused, stdout.unread > 0 { readStdout() }
    }

    /// Reads the stdout written so far even during a pause, but nothing that the child writes meanwhile.
    package func readWrittenOutput() {
        var left = stdout.unread
        while stdout.isOpen, left > 0 {
            readStdout()
            left -= Self.scratch.count
        }
    }

    private func stdoutReady() {
        if !stdout.isPaused { readStdout() }
    }

    private func readStdout() {
        guard stdout.isOpen else { return }
        let count = stdout.read(into: Self.scratch)
        if count > 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: Self.scratch[..<count])
            stdoutLines.split(bytes, limit: lineLimit) { observer.childWrote($0) }
            if stdoutLines.isWithinLine { observer.childWrotePart() }
        } else if count == 0 {
            closeStdout()
            if exit == nil { observer.childClosedPipe() }
        }
    }

    /// The unterminated line written so far.
    package var partOfLine: [UInt8] { stdoutLines.part }

    /// The same, which is forgotten. The bytes that follow start a new line.
    package func takePartOfLine() -> [UInt8] { stdoutLines.takePart() }

    /// Whether the child waits in read(2) on its stdin. Nil if that can't be determined: it may wait in another system
    /// call, or one of its children may read for it.
    package var isReadingInput: Bool? { group.program.flatMap(stdin.isRead) }

    /// Whether it has several threads, or processes that it started. Reads files of /proc.
    package var hasHelpers: Bool {
        guard let program = group.program else { return false }
        let threads = Directory.names(in: "/proc/\(program)/task")
        guard threads.count < 2, let thread = threads.first else { return !threads.isEmpty }
        return (try? File.read("/proc/\(program)/task/\(thread)/children"))?.isEmpty == false
    }

    /// Like `isReadingInput`, for one of its threads or a process that it started.
    package func isReadingInput(by thread: pid_t) -> Bool? { stdin.isRead(by: thread) }

    private func closeStdout() {
        guard stdout.isOpen else { return }
        stdout.close(loop)
        stdoutLines.finish { observer.childWrote($0) }
    }

    private func readStderr() {
        let count = stderr.read(into: Self.scratch)
        if count > 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: Self.scratch[..<count])
            stderrLines.split(bytes, limit: Self.stderrLineLimit) { observer.childWroteStderr($0) }
        } else if count == 0 {
            closeStderr()
        }
    }

    private func closeStderr() {
        guard stderr.isOpen else { return }
        stderr.close(loop)
        stderrLines.finish { observer.childWroteStderr($0) }
    }

    // MARK: exit

    /// Sends a signal to the child's process group: the child and every process it started there.
    package func signal(_ number: Int32) {
        if exit == nil { group.signal(number) }
    }

    private func reap() {
        // End the processes it leaves behind: their output can't reach the chat any more. This must precede the wait,
        // after which the pid may be reused.
        if !sparesItsGroup { kill(-pid, SIGTERM) }
        let status = reap_child(pidfd)
        Self.running.remove(pid)
        loop.unwatch(pidfd)
        close(pidfd)
        exit = Exit(status: status, unread: unread, isOutOfMemory: group.place?.leave() ?? false)
        stdin.close(loop)
        drain()
    }

    /// Delivers the remaining output of an exited child, then its exit. A pause is ignored: its limit is the size of
    /// the pipe.
    private func drain() {
        guard let exit else { return }
        stdout.endPause()
        var budget = Self.drainLimit
        while budget > 0, stdout.unread > 0 {
            readStdout()
            budget -= Self.scratch.count
        }
        closeStdout()
        budget = Self.drainLimit
        while budget > 0, stderr.unread > 0 {
            readStderr()
            budget -= Self.scratch.count
        }
        closeStderr()
        observer.childExited(exit)
    }
}
