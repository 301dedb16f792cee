import BotGateway
import Glibc
import Logging
import Offline
import Reactor

/// The files of a saved chat: its updates, and its calls. Both are written as they come, except for the calls of
/// scopes after the first, which follow at the end, grouped by scope.
@MainActor final class ChatRecording {
    let updatesPath: String
    let callsPath: String
    let updates: UpdateRecord
    let calls: CallRecord
    private let callsFile: LineFile
    private var failure: Failure?
    private var isFinished = false

    /// Fails if a file exists and isn't empty: it may be a test.
    init(_ path: String, files: ChildFiles, on loop: EventLoop, log: Logger) throws {
        updatesPath = path
        callsPath = Self.callsPath(beside: path)
        for path in [updatesPath, callsPath] {
            var status = stat()
            guard stat(path, &status) != 0 || status.st_size == 0 else {
                throw Failure(.cantCreate, "\(path) already exists; choose another file, or delete it first")
            }
        }
        do {
            updates = try UpdateRecord(path: path, redaction: nil, on: loop, log: log)
        } catch {
            throw error.asFailure
        }
        callsFile = try Self.open(callsPath)
        calls = CallRecord(order: .grouped, spoolDirectory: Environment.spoolDirectory, files: files)
        calls.output = { [unowned self] in write($0) }
    }

    /// The calls of a gateway are recorded in front of its sink.
    func recorded(_ sink: any CallSink & CallObserver) -> any CallSink & CallObserver {
        let recorded = RecordingCalls(sink, in: calls)
        recorded.onWake = { [updates] in updates.add([$0]) {} }
        return recorded
    }

    /// `chat.ndjson` is accompanied by `chat.calls.ndjson`.
    static func callsPath(beside path: String) -> String {
        let name = path.baseName ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "\(path).calls" }
        return path.dropLast(name[dot...].count) + ".calls" + name[dot...]
    }

    private static func open(_ path: String) throws -> LineFile {
        do throws(LineFile.Unusable) {
            if let file = try LineFile(path) { return file }
        } catch {
            throw Failure(.cantCreate, "\(error)")
        }
        throw Failure(.cantCreate, "\(path) is not a regular file; choose another one")
    }

    private func write(_ lines: [UInt8]) {
        guard failure == nil, !lines.isEmpty else { return }
        do throws(SystemError) {
            try callsFile.append(lines)
        } catch {
            failure = Failure(.inputOutput, "\(error)")
        }
    }

    func finish() throws {
        guard !isFinished else { return }
        isFinished = true
        calls.finish()
        if let failure { throw failure }
    }
}
