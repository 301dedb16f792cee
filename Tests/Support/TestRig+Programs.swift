import Reactor

extension TestRig {
    /// Starts a program; its PATH is that of the test, the rest of its environment only what is given.
    package func run(
        _ command: [String], environment: [String: String] = [:], lineLimit: Int = 64 << 20,
        descriptorLimit: UInt64 = 0
    ) throws -> ProgramRun {
        try ProgramRun(
            command, environment: environment, lineLimit: lineLimit, descriptorLimit: descriptorLimit,
            on: loop)
    }

    /// Starts pipegram.
    package func pipegram(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> ProgramRun {
        try run([ProjectPaths.pipegram] + arguments, environment: environment)
    }

    /// A terminal without a program.
    package func terminal(columns: Int = 80, rows: Int = 24) throws -> PseudoTerminal {
        try PseudoTerminal(columns: columns, rows: rows, on: loop)
    }

    /// Starts a program at a terminal.
    ///
    /// - Parameters:
    ///   - command: a program, by its path, and its arguments.
    ///   - environment: `NAME=value` each.
    package func terminal(
        _ command: [String], environment: [String] = [], columns: Int = 80, rows: Int = 24
    ) throws -> PseudoTerminal {
        try PseudoTerminal(command, environment: environment, columns: columns, rows: rows, on: loop)
    }

    package func pipe() throws -> Pipe { try Pipe() }

    /// A place where a script waits for the test.
    package func gate() -> Gate { Gate() }
}
