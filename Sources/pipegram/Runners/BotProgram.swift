import BotGateway
import JSON
import Logging
import Reactor

/// The bot's program, looked up once, and the limits for its children.
@MainActor struct BotProgram {
    let program: Program
    /// The limit of open descriptors of this process.
    let descriptorLimit: UInt64

    init(_ arguments: ProgramArguments) throws {
        var program = try arguments.find()
        (program.descriptorLimit, descriptorLimit) = DescriptorLimit.raise()
        self.program = program
    }

    /// The maximum number of children: each needs four descriptors, and the gateway needs some itself.
    func maxChildren(wanted: Int) -> Int {
        min(wanted, max(1, (Int(clamping: descriptorLimit) - 64) / 4))
    }

    /// - Parameters:
    ///   - bot: the bot's `User`.
    ///   - isSecret: whether to hide an environment variable from children.
    func children(
        of bot: JSON, policy: ChildPolicy, isSecret: @escaping (String) -> Bool = { _ in false },
        journal: any Journal, on loop: EventLoop, log: Logger
    ) -> Children {
        let environment = ChildEnvironment(
            gateway: Environment.all, isSecret: isSecret, bot: bot, version: Version.current)
        return Children(
            program, environment: environment, bot: bot, policy: policy, journal: journal, on: loop,
            log: log)
    }
}
