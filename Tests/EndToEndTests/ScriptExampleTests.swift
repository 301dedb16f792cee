import Glibc
import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

/// The examples for shell scripts, which call `pipegram` themselves.
@Suite(.ownProcess) struct ScriptExampleTests {
    private let test: GatewayTest

    init() throws { test = try TestRig().gateway() }

    private func run(_ example: String, _ arguments: [String], timeout: String = "1m") throws -> ProgramRun {
        let folder = ProjectPaths.pipegram.prefix(
            upTo: ProjectPaths.pipegram.lastIndex(of: "/") ?? ProjectPaths.pipegram.endIndex)
        // The program's own folder comes first in its PATH.
        let command = "PATH=\(folder):$PATH; exec \"$0\" \"$@\""
        return try test.rig.run(
            ["sh", "-c", command, "\(ProjectPaths.root)/examples/\(example)/\(example)"] + arguments,
            environment: test.variables.merging(["ASK_TIMEOUT": timeout]) { $1 })
    }

    private var isAsked: Bool { test.telegram.calls.contains { $0.method == "sendMessage" } }

    private func press(_ button: String) throws {
        _ = try test.telegram.telegram.perform("pressButton", ["button": JSON(button)], as: 42, files: [])
            .get()
    }

    @Test(arguments: [("Deploy", 0 as Int32, "v7"), ("No", 1, "")])
    func `ask-deploy runs the command only if the button says so`(
        _ button: String, _ status: Int32, _ output: String
    ) throws {
        try test.run(bot: "transcript.sh")
        #expect(test.waitForLog("waiting for updates"))
        let run = try run("ask-deploy", ["42", "echo", "v7"])
        #expect(test.wait { isAsked })
        #expect(
            test.texts(in: 42).first?.hasSuffix("wants to run: echo v7") == true)
        #expect(test.wait { (try? press(button)) != nil })
        #expect(run.wait() == status, "\(run.errorText)")
        #expect(run.text == output)
        #expect(test.stop() == 0)
    }

    @Test func `ask-deploy runs nothing without an answer, and after an error`() throws {
        let late = try run("ask-deploy", ["42", "echo", "v7"], timeout: "300ms")
        #expect(late.wait() == 124 && late.output.isEmpty)
        test.telegram.fail(method: "sendMessage", with: .error(400, "Bad Request: chat not found"))
        let failed = try run("ask-deploy", ["42", "echo", "v7"])
        #expect(failed.wait() == 75 && failed.output.isEmpty)
        #expect(try run("ask-deploy", ["42"]).wait() == 64)
    }

    @Test func `alert reports only a failure, and keeps the command's status and output`() throws {
        let fine = try run("alert", ["42", "echo", "done"])
        #expect(fine.wait() == 0 && fine.output == ["done"])
        #expect(test.telegram.calls.isEmpty)
        let failed = try run("alert", ["42", "sh", "-c", "echo no space; exit 3"])
        #expect(failed.wait() == 3 && failed.output == ["no space"])
        let text = try #require(test.texts(in: 42).first)
        #expect(text.contains("(exit 3)") && text.hasSuffix("no space"))
    }
}
