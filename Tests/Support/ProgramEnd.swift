import Reactor

/// A program that was run to its end, in a loop of its own: what it wrote, and how it ended.
package struct ProgramEnd {
    /// -1 if it didn't end in time.
    package let status: Int32
    package let output: [String]
    package let errors: String

    package init(
        of command: [String], environment: [String: String] = [:], input: String = "",
        within limit: Duration = .seconds(60)
    ) throws {
        let run = try TestRig().run(command, environment: environment)
        if !input.isEmpty { run.write(input) }
        run.endInput()
        status = run.wait(within: limit)
        (output, errors) = (run.output, run.errorText)
    }

    /// The same for pipegram.
    package static func pipegram(
        _ arguments: [String], environment: [String: String] = [:], input: String = ""
    ) throws -> ProgramEnd {
        try ProgramEnd(of: [ProjectPaths.pipegram] + arguments, environment: environment, input: input)
    }

    package var text: String { output.joined(separator: "\n") }
}
