import ArgumentParser
import BotGateway
import Glibc
import Reactor

/// A command that runs on the event loop's thread.
protocol LoopCommand: ParsableCommand, Sendable {
    /// Runs the command to its end, and returns the exit code.
    @MainActor func start() throws -> ExitCode
}

extension LoopCommand {
    func run() throws {
        try MainActor.assumeIsolated {
            defer { LogOutput.stderr.finish() }
            do {
                let code = try start()
                if code != .success { throw code }
            } catch let failure as Failure {
                printError(Settings.current?.located(failure.message) ?? failure.message)
                throw failure.code
            }
        }
    }
}

extension EventLoop {
    /// Only PID 1 gets the orphans of its container.
    private static var orphans: OrphanReaper?

    /// The loop of a command, which also writes the log and, as PID 1, reaps orphans.
    static func forCommand() throws(SystemError) -> EventLoop {
        let loop = try EventLoop()
        LogOutput.stderr.flush(on: loop)
        if getpid() == 1 { orphans = try OrphanReaper(on: loop) }
        return loop
    }
}

/// Writes a message to stderr.
@MainActor func printError(_ message: String) {
    LogOutput.stderr.write(Array("pipegram: \(message)\n".utf8))
}

/// Writes the output of a command to stdout.
func printOut(_ bytes: [UInt8]) throws {
    guard File.writeAll(bytes, to: 1) else { throw Failure(.inputOutput, "\(SystemError("stdout"))") }
}
