import BotGateway
import Glibc
import Logging
import Reactor

/// A chat on file: its updates as they come, and at its end its calls beside them.
@MainActor final class SessionLog {
    let updatesPath: String
    let callsPath: String
    let updates: UpdateRecord
    let calls: CallRecord
    private var lines: [UInt8] = []

    /// Fails where something is there already: somebody's test, perhaps.
    init(_ path: String, files: ChildFiles, on loop: EventLoop, log: Logger) throws {
        updatesPath = path
        callsPath = Self.callsPath(beside: path)
        for path in [updatesPath, callsPath] {
            var status = stat()
            guard stat(path, &status) != 0 || status.st_size == 0 else {
                throw Failure(.cantCreate, "\(path) is there already; name another file, or remove it first")
            }
        }
        do {
            updates = try UpdateRecord(path: path, redaction: nil, on: loop, log: log)
        } catch {
            throw error.asFailure
        }
        calls = CallRecord(order: .grouped, spoolDirectory: spoolDirectory, files: files)
        calls.output = { [unowned self] in lines += $0 }
    }

    /// `chat.ndjson` has its calls in `chat.calls.ndjson`.
    static func callsPath(beside path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "\(path).calls" }
        return path.dropLast(name[dot...].count) + ".calls" + name[dot...]
    }

    func finish() throws {
        calls.finish()
        do {
            try File.write(lines, to: callsPath)
        } catch {
            throw Failure(.inputOutput, "\(error)")
        }
    }
}
