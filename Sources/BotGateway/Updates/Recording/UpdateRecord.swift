import BotAPI
import Glibc
import JSON
import Logging
import Reactor

/// Records updates, one per line, in a file or on a stream such as stdout.
package final class UpdateRecord {
    /// Called when recording must end: a stream's reader is gone (EPIPE), or writing to it failed.
    package var onFailure: (SystemError) -> Void = { _ in }

    private enum Place {
        case file(LineFile)
        case stream(Output)
    }

    /// More than one getUpdates response, the most that Telegram sends again if it wasn't confirmed.
    private static let batchLimit = 4 << 20
    private static let retryDelay = Duration.seconds(1)

    private let name: String
    private var place: Place
    private let redaction: Redaction?
    private let loop: EventLoop
    private let log: Logger
    /// The last lines of an earlier run, which may have ended before it confirmed them.
    private var earlier: Set<ArraySlice<UInt8>> = []
    private var isInTrouble = false

    /// - Parameters:
    ///   - path: a file to append to; `-` for stdout.
    ///   - redaction: replaces personal data; nil to record updates as they come.
    package init(
        path: String, redaction: Redaction?, on loop: EventLoop, log: Logger
    ) throws(GatewayFailure) {
        (self.redaction, self.loop, self.log) = (redaction, loop, log)
        name = path == "-" ? "stdout" : path
        do {
            if path == "-" {
                place = .stream(Output(1, name: name, on: loop))
            } else if let file = try Self.open(path) {
                place = .file(file)
                earlier = Set(file.lastLines(within: Self.batchLimit))
            } else {
                place = .stream(try Output(path: path, on: loop))
            }
        } catch let failure as GatewayFailure {
            throw failure
        } catch {
            throw GatewayFailure(.noState, "can't record updates: \(error)")
        }
        guard case .stream(let output) = place else { return }
        output.onFailure = { [unowned self] in failed($0, output) }
    }

    /// Updates go to a file, which can be opened again.
    package var isFile: Bool {
        if case .file = place { true } else { false }
    }

    /// Nil if there is something that isn't a file, such as a pipe.
    private static func open(_ path: String) throws -> LineFile? {
        guard let file = try LineFile(path) else { return nil }
        try mend(file, path)
        return file
    }

    /// Removes an incomplete last line left by a crash. Throws if the line isn't part of a record: the file is another
    /// one.
    private static func mend(_ file: LineFile, _ path: String) throws {
        let start = try file.rest(within: 1 << 12)
        guard let first = start.first else { return }
        // After a power failure, unwritten bytes may be zeros.
        guard first == UInt8(ascii: "{") || start.allSatisfy({ $0 == 0 }) else {
            throw GatewayFailure(
                .unusableState,
                "\(path) ends with an incomplete line that is no update; choose another file")
        }
        let isWhole = (try? JSON(parsing: file.rest(within: batchLimit)))?.isObject == true
        if isWhole { try file.endLine() } else { try file.cut() }
    }

    /// Records updates, except those that an earlier run has recorded.
    ///
    /// - Parameter done: called once they are on disk or written to the stream, perhaps before this returns. While the
    ///   disk is full it isn't called.
    package func add(_ updates: [Update], then done: @escaping () -> Void) {
        let lines = updates.map(line).filter { !earlier.contains($0.dropLast()) }
        // Telegram repeats unconfirmed updates before it sends new ones.
        if !lines.isEmpty { earlier = [] }
        guard !lines.isEmpty else { return done() }
        let bytes = Array(lines.joined())
        switch place {
        case .file: write(bytes, then: done)
        case .stream(let output):
            output.write(bytes) { [weak self] in
                self?.writeSucceeded()
                done()
            }
        }
    }

    private func line(of update: Update) -> [UInt8] {
        if let redaction { return redaction.text(of: update) + [UInt8(ascii: "\n")] }
        return CompactJSON.withCompact(update.text) { Array($0) } + [UInt8(ascii: "\n")]
    }

    /// - Parameter isAppended: the file has the bytes already, but perhaps not on disk.
    private func write(_ bytes: [UInt8], isAppended: Bool = false, then done: @escaping () -> Void) {
        var isAppended = isAppended
        do {
            guard case .file(var file) = place else { return }
            if !file.isInPlace {
                file = try openAgain()
                isAppended = false
            }
            if !isAppended { try file.append(bytes) }
            isAppended = true
            try file.sync()
            // A file that was only renamed keeps them.
            guard !file.isRemoved else { return write(bytes, then: done) }
        } catch {
            writeFailed(error)
            loop.after(Self.retryDelay) { [weak self] in
                self?.write(bytes, isAppended: isAppended, then: done)
            }
            return
        }
        writeSucceeded()
        done()
    }

    /// Opens the file anew if it was moved, replaced or removed, as logrotate(8) does. If that fails, the next update
    /// tries again.
    package func reopen() {
        guard case .file(let file) = place, !file.isInPlace else { return }
        do {
            _ = try openAgain()
        } catch {
            writeFailed(error)
        }
    }

    private func openAgain() throws -> LineFile {
        guard let file = try Self.open(name) else {
            throw SystemError("\(name), which must be a file", code: EINVAL)
        }
        place = .file(file)
        log.notice("\(name) was moved or removed; updates are recorded in a new file")
        return file
    }

    private func failed(_ error: SystemError, _ output: Output) {
        guard error.isFullDisk else { return onFailure(error) }
        writeFailed(error)
        loop.after(Self.retryDelay) { [weak output] in output?.retry() }
    }

    private func writeFailed(_ error: any Error) {
        guard !isInTrouble else { return }
        isInTrouble = true
        log.error(
            "can't record updates (\(error)); retrying every second, and no update is accepted until then"
        )
    }

    private func writeSucceeded() {
        guard isInTrouble else { return }
        isInTrouble = false
        log.notice("\(name) can be written again")
    }
}
