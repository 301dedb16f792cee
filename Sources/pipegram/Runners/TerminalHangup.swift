import Glibc

/// A terminal that is closed says it with the signal that asks for new children.
@MainActor struct TerminalHangup {
    private let hadTerminal = Self.hasTerminal
    /// nohup(1) has it so.
    private let wasIgnored: Bool

    init() {
        var action = sigaction()
        sigaction(SIGHUP, nil, &action)
        wasIgnored = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// The terminal that the program was started from is gone, and nobody said that it should go on.
    var isTerminalGone: Bool { hadTerminal && !wasIgnored && !Self.hasTerminal }

    private static var hasTerminal: Bool {
        let terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { return false }
        close(terminal)
        return true
    }
}
