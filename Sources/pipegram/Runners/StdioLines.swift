import ArgumentParser
import BotGateway
import Reactor

/// Lines from stdin and to stdout, as `send` reads and writes them.
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

    /// Whoever reads the output isn't far behind.
    var hasRoom: Bool { output.pending < 1 << 20 }
    /// Output waits to be read, and somebody may.
    var hasUnreadOutput: Bool { output.pending > 0 && !output.hasFailed }
}

@MainActor extension BatchSender.Tally {
    /// 0 when all of the input was sent.
    var exitCode: ExitCode { failed + unknown + skippedFailed == 0 ? .success : .problemsFound }

    var summary: String {
        var summary = "\(sent) sent, \(failed) failed, \(unknown) unknown, \(skipped) skipped"
        if skippedFailed > 0 { summary += " (\(skippedFailed) of them failed or unknown)" }
        return summary
    }
}
