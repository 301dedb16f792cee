import BotGateway
import JSON
import Logging
import Reactor

/// The bot's program, found once for all children, and what this process can give to them.
@MainActor struct BotProgram {
    let program: Program
    /// How many descriptors this process may have open.
    let descriptorLimit: UInt64

    init(_ arguments: ProgramArguments) throws {
        var program = try arguments.find()
        (program.descriptorLimit, descriptorLimit) = DescriptorLimit.raise()
        self.program = program
    }

    /// How many children there may be: four descriptors each, and some for the gateway itself.
    func maxChildren(wanted: Int) -> Int {
        min(wanted, max(1, (Int(clamping: descriptorLimit) - 64) / 4))
    }

    /// - Parameters:
    ///   - bot: its `User`.
    ///   - isSecret: whether children must not see a variable of this process's environment.
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
