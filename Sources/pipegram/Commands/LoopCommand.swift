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
            do {
                let code = try start()
                if code != .success { throw code }
            } catch let failure as Failure {
                File.writeAll(Array("pipegram: \(failure.message)\n".utf8), to: 2)
                throw failure.code
            }
        }
    }
}

/// Writes the output of a command to stdout.
func printOut(_ bytes: [UInt8]) throws {
    guard File.writeAll(bytes, to: 1) else { throw Failure(.inputOutput, "\(SystemError("stdout"))") }
}
