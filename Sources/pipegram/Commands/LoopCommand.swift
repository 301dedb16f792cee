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

/// Why the program ends: what happened, to what, and what to do.
struct Failure: Error {
    let code: ExitCode
    let message: String

    init(_ code: ExitCode, _ message: String) {
        self.code = code
        self.message = message
    }
}

/// The program's exit codes: those of sysexits.h, and those of env(1) for a program that can't be started.
extension ExitCode {
    /// A replay found something wrong with the bot, or a difference.
    static let found = ExitCode(1)
    static let malformedInput = ExitCode(65)
    static let noInput = ExitCode(66)
    /// There is no place for the state, or another gateway uses it.
    static let cantCreate = ExitCode(73)
    static let inputOutput = ExitCode(74)
    /// Another program asks for the same updates: later, perhaps.
    static let temporary = ExitCode(75)
    /// Telegram refuses the token.
    static let noPermission = ExitCode(77)
    static let configuration = ExitCode(78)
    static let notExecutable = ExitCode(126)
    static let notFound = ExitCode(127)

    static func signal(_ number: Int32) -> ExitCode { ExitCode(128 + number) }
}

extension GatewayFailure {
    /// With the exit code for its kind.
    var asFailure: Failure {
        let code: ExitCode =
            switch kind {
            case .unauthorized: .noPermission
            case .webhookIsSet, .noBotAPI: .configuration
            case .conflict: .temporary
            case .malformedLog, .unusableState: .malformedInput
            case .noState: .cantCreate
            case .neverRan: .noInput
            case .inputOutput: .inputOutput
            }
        return Failure(code, description)
    }
}

/// Writes to stdout what a command prints and then ends.
func printOut(_ bytes: [UInt8]) throws {
    guard File.writeAll(bytes, to: 1) else { throw Failure(.inputOutput, "\(SystemError("stdout"))") }
}
