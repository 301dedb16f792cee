import ArgumentParser
import BotGateway
import Glibc
import Reactor

/// A command that runs on the loop's thread.
protocol LoopCommand: ParsableCommand, Sendable {
    /// Ends with the exit code of the program.
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

/// Writes to stdout what a command prints and then ends.
func printOut(_ bytes: [UInt8]) throws {
    guard File.writeAll(bytes, to: 1) else { throw Failure(.inputOutput, "\(SystemError("stdout"))") }
}
