import Glibc
import TestSupport

/// Where a script waits for its test: `read -r go <$GATE` returns once the test opens it.
final class Gate {
    private let directory = TemporaryDirectory()
    private let descriptor: Int32

    init() {
        let path = "\(directory.path)/gate"
        mkfifo(path, 0o600)
        // Open for both, so that neither side waits for the other to open it.
        descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
    }

    isolated deinit { close(descriptor) }

    var environment: [String: String] { ["GATE": "\(directory.path)/gate"] }

    /// Lets the script pass once, now or later.
    func open() { write(descriptor, "\n", 1) }
}
