import Glibc
import JSON
import Logging
import Reactor
import TestSupport

@testable import BotGateway
@testable import Doctor

extension Reader {
    /// A journal of any bytes is used, or refused in words.
    ///
    /// Made when it is needed: its sample is a journal, written by the journal itself.
    @MainActor static func stateFile() -> Reader {
        let place = StatePlace()
        return Reader("state-file", samples: [place.sample]) { place.tryJournal(of: $0) }
    }
}

/// Where journals are made, opened and thrown away: in memory, as far as the system has such a place.
@MainActor private final class StatePlace {
    private let directory: String
    private let loop: EventLoop?
    private let log = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    private(set) var sample: [UInt8] = []

    init() {
        var template = Array(
            "\(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp")/pipegram-XXXXXX".utf8CString)
        directory = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
        loop = try? EventLoop()
        sample = (try? makeSample()) ?? []
    }

    isolated deinit {
        clear()
        rmdir(directory)
    }

    private var path: String { "\(directory)/journal.db" }

    private func clear() {
        for name in ["journal.db", "journal.db-wal", "journal.db-shm", "lock"] {
            unlink("\(directory)/\(name)")
        }
    }

    /// Small pages, so that what is changed often means something.
    private func makeSample() throws -> [UInt8] {
        guard let loop else { return [] }
        try Database(path: path).execute("PRAGMA page_size = 512; VACUUM")
        do {
            let journal = try DiskJournal(
                in: try StateDirectory(directory), bot: 7, redeliveryWindow: 18, on: loop, log: log)
            journal.append((1...3).map(Self.event), offset: 4) { _ in }
            let call = try Call(
                type: "telegram.send_message", parameters: ["text": "hi"], id: nil, in: .chat(42))
            for _ in 1...2 { _ = journal.add(call, for: .chat(42)) }
            journal.setState(["count": 1], of: .chat(42))
            journal.deadLetter(Self.event(9), because: "3 children died on it")
            journal.hold("42", for: .seconds(3600))
            journal.migrate(-5, to: -1005)
            journal.childStarted(.chat(42), pid: 811)
            journal.close(clean: false)
        }
        try Database(path: path).execute("PRAGMA journal_mode = DELETE")
        defer { clear() }
        return Self.read(path)
    }

    private static func event(_ id: Int) -> IncomingEvent {
        IncomingEvent(
            updateID: Int64(id), scope: .chat(Int64(id)),
            line: Array(#"{"type":"telegram.message","update_id":\#(id),"text":"x"}"#.utf8) + [0x0A])
    }

    private static func read(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = Glibc.read(file, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }

    func tryJournal(of bytes: [UInt8]) -> Reader.ProbeAnalysis {
        guard let loop else { return .fault("there is no loop") }
        clear()
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        _ = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        close(file)
        do throws(GatewayFailure) {
            let journal = try DiskJournal(
                in: try StateDirectory(directory), bot: 7, redeliveryWindow: 18, on: loop, log: log)
            use(journal)
            return .read
        } catch {
            return error.description.isEmpty ? .fault("refused without a word") : .refused
        }
    }

    /// What a gateway does with it.
    private func use(_ journal: DiskJournal) {
        var scopes: [Scope] = [.chat(42)]
        for call in (try? journal.recoveredCalls()) ?? [] { journal.remove(call: call.key) }
        while let more = journal.nextRecovered(), !more.isEmpty { scopes += more.map(\.scope) }
        for scope in scopes {
            _ = try? journal.state(of: scope)
            for event in (try? journal.pageIn(of: scope, after: 0, count: 100, size: 1 << 20)) ?? [] {
                _ = event.lineForChild
                _ = ScopeLine(openedBy: event).bytes(bot: ["id": 7], state: nil)
                journal.acknowledge(event)
            }
        }
        _ = (try? journal.holds(), try? journal.migrations(), try? journal.offset())
        _ = (try? journal.report()).map { ($0.lines, $0.json) }
        journal.append([Self.event(10)], offset: 11) { _ in }
        // One turn of the loop, for what was put off to its end.
        var turns = 0
        _ = loop?.run(
            until: {
                turns += 1
                return turns > 1
            }, within: .seconds(1))
        journal.close(clean: true)
    }
}
