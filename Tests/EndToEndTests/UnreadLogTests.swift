import Glibc
import JSON
import Reactor
import TestSupport
import Testing

/// A gateway whose stderr is never read, or late.
@Suite(.ownProcess) struct UnreadLogTests {
    /// Floods the log by its own stderr, then answers.
    private static let bot = """
        read -r scope
        while read -r line; do
            yes "$(printf %0800d 7)" | head -n 2000 >&2
            echo '{"type":"telegram.send_message","text":"done"}'
        done
        """

    /// A pipe of the file system, open at both ends, so that neither end waits for the other.
    private func makePipe(_ test: GatewayTest) throws -> Int32 {
        let path = "\(test.files.path)/stderr"
        try #require(mkfifo(path, 0o600) == 0)
        return open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
    }

    private func run(_ test: GatewayTest) throws -> ProgramRun {
        let command = ["sh", "-c", #"exec "$@" 2>"$TRANSCRIPTS/stderr""#, "sh", ProjectPaths.pipegram, "run"]
        return try test.rig.run(
            command + ["--no-state", "--", "sh", "-c", Self.bot], environment: test.variables)
    }

    @Test func `an unread log holds up neither the bot nor a stop`() throws {
        let test = try TestRig().gateway()
        let pipe = try makePipe(test)
        defer { close(pipe) }
        let gateway = try run(test)
        for chat in 1...3 as ClosedRange<Int64> {
            test.say("x", in: chat)
            #expect(test.wait { test.texts(in: chat) == ["done"] })
        }
        gateway.signal(SIGTERM)
        // Less than --stop-timeout: a log that blocked would never let it end.
        #expect(gateway.wait(within: .seconds(25)) == 0)
    }

    @Test func `once it is read again, the log says how many lines were dropped`() throws {
        let test = try TestRig().gateway()
        let pipe = try makePipe(test)
        defer { close(pipe) }
        let gateway = try run(test)
        test.say("x", in: 1)
        #expect(test.wait { test.texts(in: 1) == ["done"] })
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        let isSaid = test.wait {
            while case let count = read(pipe, &piece, piece.count), count > 0 { bytes += piece[..<count] }
            return String(decoding: bytes.suffix(2000), as: UTF8.self).contains("warning dropped ")
        }
        #expect(isSaid)
        gateway.signal(SIGTERM)
        #expect(gateway.wait() == 0)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let report = lines.first { $0.contains("warning dropped ") } ?? ""
        let dropped = report.split(separator: " ").compactMap { Int($0) }.first ?? 0
        #expect(lines.count { $0.contains("stderr: 0000") } + dropped == 2000)
        #expect(report.contains("warning dropped \(dropped) log lines: stderr wasn't read"))
    }
}
