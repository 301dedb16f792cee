import ArgumentParser
import BotGateway
import Glibc
import Reactor

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
    /// Something is wrong with the bot, or a replay differs.
    static let problemsFound = ExitCode(1)
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

extension SystemError {
    /// How the program ends when its output can't be written.
    ///
    /// Whoever reads may have seen enough, as with `| head`: like other filters it then goes without a word.
    var asOutputFailure: Result<ExitCode, Failure> {
        isBrokenPipe
            ? .success(.signal(SIGPIPE)) : .failure(Failure(.inputOutput, description))
    }
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
