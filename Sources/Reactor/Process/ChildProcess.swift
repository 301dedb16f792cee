import CSystem
import Glibc

/// Who is told what a child does; every call comes from the loop.
package protocol ChildProcessObserver: AnyObject {
    /// A line on its stdout, without the line's end.
    func childWrote(_ line: LineSplitter.Line)
    /// It wrote the beginning of a line, which can be had with `takePartOfLine`.
    func childWrotePart()
    /// A line on its stderr.
    func childWroteStderr(_ line: LineSplitter.Line)
    /// Everything written to its stdin was read: it waits for more, or works on what it took.
    func childReadAll()
    /// It closed its stdin or its stdout while it lives: it can't take or say anything more.
    func childClosedPipe()
    /// It is gone, and everything it wrote has been told. The last call.
    func childExited(_ exit: ChildProcess.Exit)
}

extension ChildProcessObserver {
    package func childWrotePart() {}
}

/// A program that speaks lines: one process, its three pipes, what isn't written yet and what isn't yet a
/// whole line.
///
/// Its stdin is a pipe of one page: the kernel says exactly then that it can be written to when the child
/// has read all of it, so the gateway learns without asking what a child has taken.
package final class ChildProcess {
    /// How a child ended.
    package struct Exit: Equatable {
        /// 0...255, or 128 + the number of the signal that killed it.
        package let status: Int32
        /// How many of the bytes written to its stdin it never read.
        package let unread: Int

        package init(status: Int32, unread: Int) {
            self.status = status
            self.unread = unread
        }
    }

    /// Of a line on stderr this much is kept.
    private static let stderrLineLimit = 4096
    /// After an exit at most this much is read: a grandchild may go on writing for ever.
    private static let drainLimit = 1 << 20
    private static let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

    package let pid: pid_t
    private let pidfd: Int32
    private var stdout: ChildOutput
    private var stderr: ChildOutput
    /// What it leaves behind is not told to go with it: whoever set this sees to it.
    package var sparesItsGroup = false
    private var stdin: ChildInput
    private let loop: EventLoop
    private let lineLimit: Int
    private unowned let observer: any ChildProcessObserver

    private var stdoutLines = LineSplitter()
    private var stderrLines = LineSplitter()
    private var exit: Exit?

    /// Starts `program`; its observer hears of it until `childExited`, and must keep it as long.
    ///
    /// Fails with an errno: `isExhaustion` when the system is at its limits; ENOENT when the file, or the
    /// interpreter that its first line names, is not there; EACCES when it may not be executed.
    package init(
        _ program: Program, lineLimit: Int, on loop: EventLoop, observer: any ChildProcessObserver
    ) throws(SystemError) {
        var ends: [Int32] = []
        do throws(SystemError) {
            for _ in 0..<3 { ends += try Self.pipe() }
            let child = try program.spawn(input: ends[0], output: ends[3], error: ends[5])
            (pid, pidfd) = (child.pid, child.pidfd)
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
        guard error == 0 else { throw SystemError("making a pipe", code: error) }
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

    /// Undoes a start that the loop had no room for.
    private func abandon() {
        kill(-pid, SIGKILL)
        _ = reap_child(pidfd)
        stdin.close(loop)
        stdout.close(loop)
        stderr.close(loop)
        loop.unwatch(pidfd)
        close(pidfd)
    }

    // MARK: stdin

    /// Writes now what the pipe takes, and the rest as the child reads; `childReadAll` follows.
    package func write(_ bytes: [UInt8]) { stdin.write(bytes, loop) }

    /// Ends the child's stdin once all that was written is in the pipe.
    package func endInput() { stdin.end(loop) }

    /// How many of the bytes given to `write` the child hasn't read.
    package var unread: Int { stdin.unread }

    private func stdinReady(_ readiness: EventLoop.Readiness) {
        if readiness.contains(.writable) { stdin.flush(loop) }
        guard !stdin.hasEnded else { return }
        if !readiness.isDisjoint(with: .closed) {
            // It stays open to count by; whatever it were watched for, this would be told again.
            loop.unwatch(stdin.descriptor)
            if exit == nil { observer.childClosedPipe() }
        } else if stdin.wasReadWhole() {
            observer.childReadAll()
        }
    }

    // MARK: stdout and stderr

    /// Reads no more of its stdout until `resumeOutput`: the child then waits in its own write.
    package func pauseOutput() {
        if exit == nil { stdout.pause(loop) }
    }

    package func resumeOutput() { stdout.resume(loop) }

    /// Reads all that its stdout holds now, as far as it isn't paused.
    package func readOutputDry() {
        while !stdout.isPaused, stdout.unread > 0 { readStdout() }
    }

    /// The same also during a pause: what it has written by now, and not what it goes on to write.
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

    /// What it has written of a line that isn't ended yet: what comes next is another line.
    package func takePartOfLine() -> [UInt8] { stdoutLines.takePart() }

    /// It waits in a read of its stdin. Nil where that can't be known: it may wait for it in another way, or one
    /// of its own children may do so.
    package var isReadingInput: Bool? { stdin.isRead(by: pid) }

    /// The same of one of its threads, or of a process that it has started.
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

    // MARK: the end

    /// Sends a signal to the child and whatever it has started in its process group.
    package func signal(_ number: Int32) {
        guard exit == nil else { return }
        kill(-pid, number)
    }

    private func reap() {
        // What it leaves behind can reach the chat no more. Before the wait: then its number may be reused.
        if !sparesItsGroup { kill(-pid, SIGTERM) }
        let status = reap_child(pidfd)
        loop.unwatch(pidfd)
        close(pidfd)
        exit = Exit(status: status, unread: unread)
        stdin.close(loop)
        drain()
    }

    /// Tells the last words of a child that is gone, then its exit. A pause holds up no more than the pipe
    /// holds, and doesn't count here.
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
