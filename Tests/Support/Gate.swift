import Glibc

/// Blocks a script until its test continues it: `read -r go <$GATE` returns once the test opens the gate.
@MainActor package final class Gate {
    private let directory = TemporaryDirectory()
    private let descriptor: Int32

    init() {
        let path = "\(directory.path)/gate"
        mkfifo(path, 0o600)
        // Opened for reading and writing, so that neither side blocks until the other opens it.
        descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
    }

    isolated deinit { close(descriptor) }

    package var environment: [String: String] { ["GATE": "\(directory.path)/gate"] }

    /// Lets the script pass once, now or later.
    package func open() { write(descriptor, "\n", 1) }
}
