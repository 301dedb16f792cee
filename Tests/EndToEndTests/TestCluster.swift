import Glibc
import Reactor
import TestSupport
import Testing

/// Three gateways on one database, each behind a proxy of its own.
final class TestCluster: Rigged {
    static let count = 3

    enum Fault: CaseIterable {
        case kill, freeze, cutOff, serverRestart
    }

    let rig: TestRig
    let server: PostgresServer
    let talk: LongConversation
    private(set) var gateways: [ProgramRun] = []
    /// The longest time until the others had answered everything.
    private(set) var longestPause = Duration.zero
    /// The longest time until the others had a killed one's shards.
    private(set) var longestHandover = Duration.zero
    private let isLong: Bool
    private var proxies: [ProgramRun] = []
    private var ports: [UInt16] = []

    /// - Parameter isLong: pauses last at least 40 s.
    init(updates: Int, chats: Int, isLong: Bool, on rig: TestRig) throws {
        (self.rig, self.isLong) = (rig, isLong)
        server = try PostgresServer(on: rig)
        talk = try rig.longConversation(updates: updates, chats: chats)
        for _ in 0..<Self.count { try startProxy() }
        for place in 0..<Self.count { gateways.append(try startGateway(place)) }
    }

    isolated deinit {
        for process in gateways + proxies {
            process.signal(SIGKILL)
            process.wait()
        }
    }

    /// A stopped proxy is a network that says nothing.
    private func startProxy() throws {
        let port = try rig.freePort()
        let proxy = try rig.run(["python3", "-c", Self.proxy, "\(port)", "\(server.port)"])
        guard rig.wait(until: { !proxy.output.isEmpty || proxy.exit != nil }), proxy.exit == nil else {
            throw SystemError("the proxy: \(proxy.errorText)", code: EIO)
        }
        proxies.append(proxy)
        ports.append(port)
    }

    private static let proxy = """
        import asyncio, sys
        async def pump(reader, writer):
            try:
                while data := await reader.read(65536):
                    writer.write(data)
                    await writer.drain()
            except OSError:
                pass
            writer.close()
        async def serve(reader, writer):
            try:
                there, back = await asyncio.open_connection("127.0.0.1", int(sys.argv[2]))
            except OSError:
                return writer.close()
            await asyncio.gather(pump(reader, back), pump(there, writer))
        async def main():
            server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))
            print("ready", flush=True)
            await server.serve_forever()
        asyncio.run(main())
        """

    private func startGateway(_ place: Int) throws -> ProgramRun {
        let state = "postgresql://postgres@127.0.0.1:\(ports[place])/bot"
        return try talk.run(["--state", state, "--max-deliveries", "1000", "--log-level", "info"], odds: 40)
    }

    /// Lets something fail, and come back.
    func suffer(_ fault: Fault, _ place: Int) throws {
        try restartEnded()
        switch fault {
        case .kill:
            gateways[place].signal(SIGKILL)
            let start = Instant.current
            gateways[place].wait()
            let others = gateways.enumerated().filter { $0.offset != place }.map(\.element)
            #expect(rig.wait { others.reduce(0) { $0 + server.shards(of: $1) } == 16 })
            longestHandover = max(longestHandover, Instant.current - start)
            gateways[place] = try startGateway(place)
        case .freeze: pause(gateways[place], for: isLong ? .seconds(40) : .zero)
        case .cutOff: pause(proxies[place], for: isLong ? .seconds(40) : .zero)
        case .serverRestart:
            server.stop()
            try server.start()
        }
    }

    /// A gateway that starts while the server doesn't answer ends at once. A service manager starts it again.
    private func restartEnded() throws {
        for place in gateways.indices where gateways[place].exit != nil {
            #expect(gateways[place].status == 73, "\(gateways[place].errorText)")
            gateways[place] = try startGateway(place)
        }
    }

    /// The others must go on within 30 s.
    ///
    /// - Parameter time: the least time.
    private func pause(_ process: ProgramRun, for time: Duration) {
        // Without a process, its pid is 0: this whole process group.
        guard process.pid > 0 else { return }
        kill(process.pid, SIGSTOP)
        let start = Instant.current
        talk.say(talk.chats * 2)
        if !rig.wait(within: .seconds(60), until: { talk.isAllAnswered }) {
            Issue.record("not answered within 60 s:\n\(logs)")
        }
        longestPause = max(longestPause, Instant.current - start)
        _ = rig.wait(within: time) { start + time < .current }
        kill(process.pid, SIGCONT)
    }

    /// What the gateways logged about shards and the database.
    private var logs: String {
        gateways.enumerated().map { place, gateway in
            let lines = gateway.errors.filter {
                $0.contains("shard") || $0.contains("PostgreSQL") || $0.contains("getUpdates")
            }
            return "gateway \(place):\n\(lines.suffix(60).joined(separator: "\n"))"
        }.joined(separator: "\n")
    }

    func stop() {
        for gateway in gateways { gateway.signal(SIGTERM) }
        for gateway in gateways { gateway.wait() }
    }
}
