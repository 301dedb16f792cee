import Glibc
import Reactor
import TestSupport

@testable import BotGateway

/// The parts of the gateway, each in the rig's loop.
extension TestRig {
    /// A gateway whose source, sink, journal and children are fakes.
    func gateway(
        keepingIn journal: FakeJournal = FakeJournal(), _ adjust: (inout ChildPolicy) -> Void = { _ in }
    ) throws -> GatewayFlow {
        GatewayFlow(try fakeChildren(keepingIn: journal, adjust))
    }

    /// A poller of a simulated Telegram.
    func poller(
        token: String = "7:secret", wait: Duration = .seconds(50), kinds: [String] = [],
        _ adjust: (inout TelegramPoller.Options) -> Void = { _ in }
    ) throws -> PollerTest {
        var options = TelegramPoller.Options(wait: wait, kinds: kinds)
        adjust(&options)
        return try PollerTest(token: token, options: options, on: self)
    }

    /// A caller of a simulated Telegram.
    func caller(limit: Int = 8, timeout: Duration = .seconds(20)) throws -> CallerTest {
        try CallerTest(limit: limit, timeout: timeout, on: self)
    }

    /// Downloads from a server with one file.
    func downloads() throws -> DownloadTest { try DownloadTest(on: self) }

    /// A journal in the rig's directory.
    func journal(redeliveryWindow: Int = 18) throws -> JournalTest {
        try JournalTest(redeliveryWindow: redeliveryWindow, on: self)
    }

    /// Children that are processes. They find the rig's directory in `TRANSCRIPTS`, and are stopped without patience.
    func children<Store: Journal>(
        of command: [String], keepingIn journal: Store, _ adjust: (inout ChildPolicy) -> Void = { _ in }
    ) throws -> ChildrenTest<Store> {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        var policy = ChildPolicy()
        policy.stopGrace = .milliseconds(200)
        policy.killGrace = .milliseconds(200)
        adjust(&policy)
        let children = Children(
            try CommandTemplate(try Program(command, searchPath: path)),
            environment: environment(["PATH=\(path)", "TRANSCRIPTS=\(files.path)"]), bot: ["id": 7],
            policy: policy, journal: journal, on: loop, log: log.logger)
        return ChildrenTest(children, keepingIn: journal, on: self)
    }

    /// The same with a replay's journal.
    func children(
        of command: [String], _ adjust: (inout ChildPolicy) -> Void = { _ in }
    ) throws -> ChildrenTest<ReplayJournal> {
        try children(of: command, keepingIn: ReplayJournal(spoolDirectory: files.path), adjust)
    }

    /// Children without processes.
    func fakeChildren(
        keepingIn journal: FakeJournal = FakeJournal(), after lastID: Int64 = 0,
        _ adjust: (inout ChildPolicy) -> Void = { _ in }
    ) throws -> FakeChildren {
        var policy = ChildPolicy()
        adjust(&policy)
        let starts = FakeStarts()
        let launcher = ChildLauncher(
            try CommandTemplate(try Program(["true"], searchPath: "/usr/bin:/bin")),
            environment: environment([]), bot: ["id": 7]
        ) { (_, observer) throws(SystemError) in try starts.start(observer: observer) }
        let context = ChildContext(policy, launcher: launcher, journal: journal, on: loop, log: log.logger)
        return FakeChildren(context, starts, keepingIn: journal, after: lastID, on: self)
    }

    private func environment(_ variables: [String]) -> ChildEnvironment {
        ChildEnvironment(gateway: variables, isSecret: { _ in false }, bot: ["id": 7], version: "0")
    }
}
