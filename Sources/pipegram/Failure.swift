import ArgumentParser
import BotGateway
import Glibc
import Reactor

/// The error that ends the program: its exit code and message.
struct Failure: Error {
    let code: ExitCode
    let message: String

    init(_ code: ExitCode, _ message: String) {
        self.code = code
        self.message = message
    }
}

/// Exit codes: those of sysexits.h, and those of env(1) for a program that can't be started.
extension ExitCode {
    /// The bot has a problem, or a replay differs from the expected calls.
    static let problemsFound = ExitCode(1)
    static let malformedInput = ExitCode(65)
    static let noInput = ExitCode(66)
    /// There is no state directory, or another gateway uses it.
    static let cantCreate = ExitCode(73)
    static let inputOutput = ExitCode(74)
    /// Another program polls for the same bot: retrying later may work.
    static let temporary = ExitCode(75)
    /// Telegram rejects the token.
    static let noPermission = ExitCode(77)
    static let configuration = ExitCode(78)
    static let notExecutable = ExitCode(126)
    static let notFound = ExitCode(127)

    static func signal(_ number: Int32) -> ExitCode { ExitCode(128 + number) }
}

extension SystemError {
    /// The outcome of a failed write to stdout.
    ///
    /// A broken pipe, as with `| head`, ends the program silently, like other filters.
    var asOutputFailure: Result<ExitCode, Failure> {
        isBrokenPipe
            ? .success(.signal(SIGPIPE)) : .failure(Failure(.inputOutput, description))
    }
}

extension GatewayFailure {
    /// The failure with the exit code for its kind.
    var asFailure: Failure {
        let code: ExitCode =
            switch kind {
            case .unauthorized: .noPermission
            case .webhookIsSet, .badWebhook, .noBotAPI: .configuration
            case .conflict, .refused: .temporary
            case .wrongScope: .validationFailure
            case .malformedLog, .unusableState: .malformedInput
            case .noState: .cantCreate
            case .neverRan: .noInput
            case .inputOutput: .inputOutput
            }
        return Failure(code, description)
    }
}
