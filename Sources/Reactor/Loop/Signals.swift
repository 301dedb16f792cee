import CSystem
import Glibc

/// Delivers signals as events of the loop.
package final class Signals {
    private let descriptor: Int32
    private let loop: EventLoop

    /// Blocks the signals until a `Signals` receives them; until then they stay pending instead of ending the program.
    package static func block(_ signals: [Int32]) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        sigprocmask(SIG_BLOCK, &set, nil)
    }

    /// Receives these signals from now on. Child processes start with default signal handling.
    package init(
        _ signals: [Int32], on loop: EventLoop, _ handler: @escaping (Int32) -> Void
    ) throws(SystemError) {
        self.loop = loop
        descriptor = open_signals(signals, Int32(signals.count))
        guard descriptor >= 0 else { throw SystemError("waiting for signals", code: -descriptor) }
        let descriptor = descriptor
        try loop.watch(descriptor, for: .readable) { _ in
            while case let number = next_signal(descriptor), number != 0 { handler(number) }
        }
    }

    /// Stops receiving; the signals stay blocked.
    func close() {
        loop.unwatch(descriptor)
        Glibc.close(descriptor)
    }
}
