import ArgumentParser
import BotGateway
import Reactor

/// The stdin and stdout of `send`.
@MainActor final class StdioLines {
    let input: Input
    let output: Output

    init(on loop: EventLoop) throws {
        do {
            input = try Input(path: "-", on: loop)
        } catch {
            throw Failure(.noInput, error.description)
        }
        output = Output(1, name: "stdout", on: loop)
    }

    /// Whether the reader of stdout keeps up.
    var hasRoom: Bool { output.pending < 1 << 20 }
    /// Whether output is still unread and can be read.
    var hasUnreadOutput: Bool { output.pending > 0 && !output.hasFailed }
}

@MainActor extension BatchSender.Tally {
    /// Success if all calls were sent.
    var exitCode: ExitCode { failed + unknown + skippedFailed == 0 ? .success : .problemsFound }

    var summary: String {
        var summary = "\(sent) sent, \(failed) failed, \(unknown) unknown, \(skipped) skipped"
        if skippedFailed > 0 { summary += " (\(skippedFailed) of them failed or unknown)" }
        return summary
    }
}
