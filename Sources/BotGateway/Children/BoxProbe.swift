import Glibc
import Reactor

/// Runs a program in a box and waits for its end.
private final class BoxProbe: ChildProcessObserver {
    private(set) var words: [String] = []
    private(set) var exit: ChildProcess.Exit?

    func childWrote(_ line: LineSplitter.Line) {}
    func childWroteStderr(_ line: LineSplitter.Line) {
        if case .whole(let bytes) = line { words.append(String(decoding: bytes, as: UTF8.self)) }
    }
    func childReadAll() {}
    func childClosedPipe() {}
    func childExited(_ exit: ChildProcess.Exit) { self.exit = exit }
}

extension Box {
    private static let patience: Duration = .seconds(10)

    /// Makes a box as for children, and runs true(1) in it. Throws if that fails, with advice.
    ///
    /// - Parameters:
    ///   - program: has the limits of children.
    ///   - isService: whether systemd started this process.
    package func check(for program: Program, isService: Bool) throws(Refusal) {
        let probe = BoxProbe()
        do {
            // What is hidden in a directory must exist there.
            for place in hidden { try Directory.make(place) }
            let loop = try EventLoop()
            var harmless = try Program(["true"], searchPath: "/usr/bin:/bin")
            (harmless.limits, harmless.hasNoNewPrivileges) = (program.limits, program.hasNoNewPrivileges)
            let child = try ChildProcess(enclose(harmless), lineLimit: 1 << 12, on: loop, observer: probe)
            if !loop.run(until: { probe.exit != nil }, within: Self.patience) {
                child.signal(SIGKILL)
                _ = loop.run(until: { probe.exit != nil }, within: Self.patience)
            }
        } catch {
            throw refusal(because: "\(error)", isService: isService)
        }
        guard let exit = probe.exit, exit.status != 0 else { return }
        throw refusal(
            because: probe.words.last ?? "it ended with status \(exit.status)", isService: isService)
    }

    private func refusal(because reason: String, isService: Bool) -> Refusal {
        let advice =
            if reason.contains("Unknown option") {
                "install bubblewrap 0.8 or later"
            } else if isService {
                "the systemd unit must allow it: add the drop-in of docs/operations.md, 'A box in the unit'"
            } else {
                "the system, or the container around pipegram, must allow user namespaces, see docs/security.md"
            }
        return Refusal(description: "--box: children can't be isolated here: \(reason); \(advice)")
    }
}
