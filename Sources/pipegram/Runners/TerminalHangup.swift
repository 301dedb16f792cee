import Glibc

/// Distinguishes the SIGHUP of a closed terminal from one that requests a reload.
@MainActor struct TerminalHangup {
    private let hadTerminal = Self.hasTerminal
    /// Whether SIGHUP was ignored at the start, as under nohup(1).
    private let wasIgnored: Bool

    init() {
        var action = sigaction()
        sigaction(SIGHUP, nil, &action)
        wasIgnored = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// The terminal is gone, and the program wasn't started with nohup(1).
    var isTerminalGone: Bool { hadTerminal && !wasIgnored && !Self.hasTerminal }

    private static var hasTerminal: Bool {
        let terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { return false }
        close(terminal)
        return true
    }
}
