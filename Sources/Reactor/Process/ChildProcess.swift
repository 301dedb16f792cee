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
    private static let complaintLimit = 4096
    /// After an exit at most this much is read: a grandchild may go on writing for ever.
    private static let drainLimit = 1 << 20
    private static let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

    package let pid: pid_t
    private let pidfd: Int32
    private var output: Int32
    private var errors: Int32
    /// What it leaves behind is not told to go with it: whoever set this sees to it.
    package var sparesItsGroup = false
    private var waitsForTaking = false
    private var outputPaused = false
    private var input: ChildInput
    private let loop: EventLoop
    private let lineLimit: Int
    private unowned let observer: any ChildProcessObserver

    private var lines = LineSplitter()
    private var complaints = LineSplitter()
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
        (input, output, errors) = (ChildInput(ends[1]), ends[2], ends[4])
        (self.loop, self.lineLimit, self.observer) = (loop, lineLimit, observer)

        set_pipe_size(input.descriptor, 4096)
        for end in [input.descriptor, output, errors] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
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
        try loop.watch(input.descriptor, for: [.writable, .edgeTriggered]) { [unowned self] in inputReady($0)
        }
        try loop.watch(output, for: .readable) { [unowned self] _ in outputReady() }
        try loop.watch(errors, for: .readable) { [unowned self] _ in readErrors() }
        try loop.watch(pidfd, for: .readable) { [unowned self] _ in reap() }
    }

    /// Undoes a start that the loop had no room for.
    private func abandon() {
        kill(-pid, SIGKILL)
        _ = reap_child(pidfd)
        for descriptor in [input.descriptor, output, errors, pidfd] {
            loop.unwatch(descriptor)
            close(descriptor)
        }
    }

    // MARK: stdin

    /// Writes now what the pipe takes, and the rest as the child reads; `childReadAll` follows.
    package func write(_ bytes: [UInt8]) {
        if input.write(bytes, loop) { waitsForTaking = true }
    }

    /// Ends the child's stdin once all that was written is in the pipe.
    package func endInput() { input.end(loop) }

    /// How many of the bytes given to `write` the child hasn't read.
    package var unread: Int { input.unread }

    private func inputReady(_ readiness: EventLoop.Readiness) {
        if readiness.contains(.writable) { input.flush(loop) }
        guard !input.hasEnded else { return }
        if !readiness.isDisjoint(with: .closed) {
            // It stays open to count by; whatever it were watched for, this would be told again.
            loop.unwatch(input.descriptor)
            if exit == nil { observer.childClosedPipe() }
        } else if waitsForTaking, unread == 0 {
            waitsForTaking = false
            observer.childReadAll()
        }
    }

    // MARK: stdout and stderr

    /// Reads no more of its stdout until `resumeOutput`: the child then waits in its own write.
    package func pauseOutput() {
        guard output >= 0, !outputPaused, exit == nil else { return }
        outputPaused = true
        // Nothing but the end of the pipe is told now, and that once.
        loop.change(output, to: .edgeTriggered)
    }

    package func resumeOutput() {
        guard outputPaused else { return }
        outputPaused = false
        if output >= 0 { loop.change(output, to: .readable) }
    }

    /// Reads all that its stdout holds now, as far as it isn't paused.
    package func readOutputDry() {
        while output >= 0, !outputPaused, unread_bytes(output) > 0 { readOutput() }
    }

    /// The same also during a pause: what it has written by now, and not what it goes on to write.
    package func readWrittenOutput() {
        var left = output < 0 ? 0 : Int(unread_bytes(output))
        while output >= 0, left > 0 {
            readOutput()
            left -= Self.scratch.count
        }
    }

    private func outputReady() {
        if !outputPaused { readOutput() }
    }

    private func readOutput() {
        guard output >= 0 else { return }
        let count = read(output, Self.scratch.baseAddress, Self.scratch.count)
        if count > 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: Self.scratch[..<count])
            lines.split(bytes, limit: lineLimit) { observer.childWrote($0) }
            if lines.isWithinLine { observer.childWrotePart() }
        } else if count == 0 {
            closeOutput()
            if exit == nil { observer.childClosedPipe() }
        }
    }

    /// What it has written of a line that isn't ended yet: what comes next is another line.
    package func takePartOfLine() -> [UInt8] { lines.takePart() }

    /// It waits in a read of its stdin. Nil where that can't be known: it may wait for it in another way, or one
    /// of its own children may do so.
    package var isReadingInput: Bool? { input.isRead(by: pid) }

    /// The same of one of its threads, or of a process that it has started.
    package func isReadingInput(by thread: pid_t) -> Bool? { input.isRead(by: thread) }

    private func closeOutput() {
        guard output >= 0 else { return }
        loop.unwatch(output)
        close(output)
        output = -1
        lines.finish { observer.childWrote($0) }
    }

    private func readErrors() {
        let count = read(errors, Self.scratch.baseAddress, Self.scratch.count)
        if count > 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: Self.scratch[..<count])
            complaints.split(bytes, limit: Self.complaintLimit) { observer.childWroteStderr($0) }
        } else if count == 0 {
            closeErrors()
        }
    }

    private func closeErrors() {
        guard errors >= 0 else { return }
        loop.unwatch(errors)
        close(errors)
        errors = -1
        complaints.finish { observer.childWroteStderr($0) }
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
        input.close(loop)
        drain()
    }

    /// Tells the last words of a child that is gone, then its exit. A pause holds up no more than the pipe
    /// holds, and doesn't count here.
    private func drain() {
        guard let exit else { return }
        outputPaused = false
        var budget = Self.drainLimit
        while output >= 0, budget > 0, unread_bytes(output) > 0 {
            readOutput()
            budget -= Self.scratch.count
        }
        closeOutput()
        budget = Self.drainLimit
        while errors >= 0, budget > 0, unread_bytes(errors) > 0 {
            readErrors()
            budget -= Self.scratch.count
        }
        closeErrors()
        observer.childExited(exit)
    }
}
