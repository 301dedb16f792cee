import BotGateway
import Logging
import Reactor

/// The file of --resume: the results of earlier runs, which tell `send` where to continue.
@MainActor final class ResultFile {
    /// The results that the file already had.
    private(set) var earlier = EarlierResults()
    /// Some results couldn't be written yet.
    var hasUnwritten: Bool { !unwritten.isEmpty }

    /// Called once when the file was moved, replaced or removed: the next run wouldn't find the results.
    var onFailure: (GatewayFailure) -> Void = { _ in }

    private static let syncDelay = Duration.milliseconds(20)
    private static let retryDelay = Duration.seconds(1)

    private let path: String
    private let file: LineFile
    private let loop: EventLoop
    private let log: Logger
    private var unwritten: [(line: [UInt8], done: () -> Void)] = []
    private var isSyncDue = false
    private var isFailureLogged = false
    private var isDisplaced = false

    init(_ path: String, on loop: EventLoop, log: Logger) throws(GatewayFailure) {
        (self.path, self.loop, self.log) = (path, loop, log)
        do {
            guard let file = try LineFile(path) else {
                throw GatewayFailure(
                    .noState,
                    "\(path) is not a regular file, so results can't be read back; choose another file"
                )
            }
            self.file = file
            try readEarlier(path)
            try file.cut()
        } catch let failure as GatewayFailure {
            throw failure
        } catch {
            throw GatewayFailure(.noState, "can't write results: \(error)")
        }
    }

    /// Validates the whole file before changing it, so that a wrong file stays intact.
    private func readEarlier(_ path: String) throws {
        var (bad, lines): (Int?, Int) = (nil, 0)
        do throws(SystemError) {
            try file.forEachLine(limit: 64 << 20) { line, number in
                lines = number
                if case .whole(let bytes) = line, earlier.add(bytes) { return true }
                bad = number
                return false
            }
        } catch {
            throw GatewayFailure(.inputOutput, "\(error)")
        }
        let rest = try file.rest(within: EarlierResults.start.count)
        // After a power failure, unwritten bytes may read as zeros.
        let isHalfOfOne = EarlierResults.start.starts(with: rest) || rest.allSatisfy { $0 == 0 }
        if bad == nil, !isHalfOfOne { bad = lines + 1 }
        guard let bad else { return }
        throw GatewayFailure(
            .unusableState, "\(path) is not a results file: line \(bad) is not a result; choose another file")
    }

    /// Adds a result. It survives a kill at once, and a power failure after `syncDelay`.
    ///
    /// - Parameter done: called when the result is written, possibly before this returns.
    func add(_ line: [UInt8], then done: @escaping () -> Void) {
        unwritten.append((line, done))
        if unwritten.count == 1 { write() }
    }

    /// Calls `action` once all results are written.
    func whenWritten(_ action: @escaping () -> Void) {
        add([], then: action)
    }

    /// Calls `done` for the results that can't be written. Returns their number.
    func giveUp() -> Int {
        defer { unwritten = [] }
        let results = unwritten.filter { !$0.line.isEmpty }
        results.forEach { $0.done() }
        return results.count
    }

    private func write() {
        while let first = unwritten.first {
            do throws(SystemError) {
                try file.append(first.line)
            } catch {
                return wait(error)
            }
            unwritten.removeFirst()
            first.done()
        }
        isFailureLogged = false
        checkPlace()
        guard !isSyncDue else { return }
        isSyncDue = true
        loop.after(Self.syncDelay) { [weak self] in self?.sync() }
    }

    private func checkPlace() {
        guard !isDisplaced, !file.isInPlace else { return }
        isDisplaced = true
        onFailure(
            GatewayFailure(
                .noState,
                "\(path) was moved, replaced or removed, so sending stopped; put it back before you continue, because "
                    + "calls without a result in it are sent again"
            ))
    }

    private func wait(_ error: SystemError) {
        if !isFailureLogged {
            log.error(
                "can't write results (\(error)); sending is paused; retrying every second")
        }
        isFailureLogged = true
        loop.after(Self.retryDelay) { [weak self] in self?.write() }
    }

    func sync() {
        isSyncDue = false
        do throws(SystemError) {
            try file.sync()
        } catch {
            log.error("results may not survive a power failure: \(error)")
        }
    }
}
