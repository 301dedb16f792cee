import Glibc
import Reactor

/// Checks a program without starting it.
package struct ProgramFile {
    /// Nil if the program can't be started.
    package private(set) var program: Program?
    /// Nil if it isn't a readable script.
    package private(set) var script: Script?
    package private(set) var diagnoses: [Diagnosis] = []

    /// - Parameters:
    ///   - whole: a program and its arguments; for `python3 bot.py` and `env python3 bot.py`, `bot.py` is checked.
    ///   - searchPath: the variable PATH.
    package init(_ whole: [String], searchPath: String) {
        let exists = { (name: String) in Self.isProgram(name, in: searchPath) }
        let command = Self.withoutEnvironment(whole)
        let bot: Program
        do throws(Program.NotFound) {
            bot = try Program(command, searchPath: searchPath)
            var program = try Program(whole, searchPath: searchPath)
            // As a gateway starts it.
            program.hasNoNewPrivileges = true
            self.program = program
        } catch {
            diagnoses = Self.diagnoses(of: error, exists)
            return
        }
        let (path, name) = (bot.path, command.first ?? "")
        if let language = Language(interpreter: name), let file = Self.scriptArgument(of: command),
            let text = Self.read(file)
        {
            script = Script(
                name: Self.displayName(file), text: String(decoding: text, as: UTF8.self), language: language,
                directory: Self.directory(of: file))
            diagnoses =
                Self.lineEndFaults(in: text, name: Self.displayName(file), language).map { [$0] } ?? []
        } else if Language(interpreter: name) == nil, let own = Self.read(path),
            !own.starts(with: Self.machineCode)
        {
            script = Script(
                name: Self.displayName(name), text: String(decoding: own, as: UTF8.self), language: nil,
                directory: Self.directory(of: path))
            diagnoses = Self.faults(in: own, name: Self.displayName(name), exists)
        } else {
            // The script is on the command line, or the program is machine code.
            script = Script(
                name: Self.displayName(name), text: command.dropFirst().joined(separator: " "),
                language: Language(of: name) ?? .compiled)
            diagnoses = Self.machineFault(of: path).map { [.fault(Self.displayName(name), $0)] } ?? []
        }
        if diagnoses.contains(where: { $0.severity == .fault }) { program = nil }
    }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    }

    /// The command that env(1) starts, for `env A=b python3 bot.py`.
    private static func withoutEnvironment(_ command: [String]) -> [String] {
        guard command.first?.baseName == "env" else { return command }
        let inner = EnvironmentCommand(Array(command.dropFirst()))
        return inner.wanted == nil ? command : inner.command
    }

    /// The faults of an executable file. Pure except for `exists`, which tells whether an
    /// interpreter exists.
    static func faults(in bytes: [UInt8], name: String, _ exists: (String) -> Bool) -> [Diagnosis] {
        guard !bytes.isEmpty else { return [.fault(name, "the file is empty")] }
        let first = "\(name):1"
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return [
                .fault(
                    first,
                    "it starts with a byte order mark, which hides the #! from the system; "
                        + "remove it with: sed -i '1s/^\\xEF\\xBB\\xBF//' \(name)")
            ]
        }
        let text = String(decoding: bytes.prefix(4096), as: UTF8.self)
        let line = text.prefix { !$0.isNewline }
        guard let shebang = Shebang(line) else { return noShebang(text, name) }
        let interpreter = shebang.interpreter
        guard !interpreter.isEmpty else {
            return [
                .fault(
                    first, "its first line names no interpreter; write #!/bin/sh, or the script's language")
            ]
        }
        let language = Language(shebang: String(line)) ?? Language(of: name)
        if let fault = lineEndFaults(in: bytes, name: name, language, always: true) { return [fault] }
        if !exists(interpreter) {
            let other = "/usr/bin/\(interpreter.baseName ?? "")"
            let instead = exists(other) ? "#!\(other)" : language?.shebang
            return [.fault(first, missing(interpreter) + (instead.map { "; write \($0)" } ?? ""))]
        }
        if let fault = environmentFault(shebang, first, exists) { return [fault] }
        return filterFault([interpreter] + shebang.words, language, first).map { [$0] } ?? []
    }

    /// Without `-f`, awk, jq and sed run the script's name as a program.
    private static func filterFault(_ words: [String], _ language: Language?, _ place: String) -> Diagnosis? {
        guard let language, [.awk, .jq, .sed].contains(language), let shebang = language.shebang else {
            return nil
        }
        let isFile = words.contains { $0.hasPrefix("-") && $0.contains { "fE".contains($0) } }
        guard !isFile, !words.contains("--exec") else { return nil }
        return .fault(
            place,
            "without -f, \(language.rawValue) runs the file's name instead of the file; write \(shebang)")
    }

    private static func missing(_ interpreter: String) -> String {
        "its interpreter \(interpreter) doesn't exist"
    }

    private static func environmentFault(
        _ shebang: Shebang, _ place: String, _ exists: (String) -> Bool
    ) -> Diagnosis? {
        switch shebang.fault {
        case .noProgram:
            return .fault(
                place,
                "its first line gives env no interpreter; write #!/usr/bin/env python3, or the script's language"
            )
        case .notSplit:
            let all = shebang.words.joined(separator: " ")
            return .fault(
                place, "the system passes '\(all)' to env as one word; write #!/usr/bin/env -S \(all)")
        case nil: break
        }
        guard let name = shebang.wanted, !exists(name) else { return nil }
        let newer = exists("\(name)3") ? "; write #!/usr/bin/env \(name)3" : ""
        return .fault(place, "env finds no \(name) in PATH\(newer.isEmpty ? "; install it" : newer)")
    }

    private static func noShebang(_ text: String, _ name: String) -> [Diagnosis] {
        let start = text.drop { $0.isWhitespace }
        if start.hasPrefix("#!") {
            return [
                .fault(
                    "\(name):1", "there is white space before the #!, which must be the first two characters")
            ]
        }
        guard let language = Language(of: name), language != .shell, let shebang = language.shebang else {
            return [.hint("\(name):1", "it has no #! line, so /bin/sh runs it; write #!/bin/sh there")]
        }
        return [
            .fault("\(name):1", "it has no #! line, so /bin/sh would run it; add \(shebang)")
        ]
    }

    /// CR LF breaks the first line, and in some languages every line.
    private static func lineEndFaults(
        in bytes: [UInt8], name: String, _ language: Language?, always: Bool = false
    ) -> Diagnosis? {
        var line = 1
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            let isBroken = index > 0 && bytes[index - 1] == UInt8(ascii: "\r")
            let matters = always && line == 1 || [.shell, .awk, .sed, .tcl].contains(language)
            if isBroken, matters {
                return .fault(
                    "\(name):\(line)",
                    "its lines end in CR LF, as on Windows; fix them with: sed -i 's/\\r$//' \(name)")
            }
            line += 1
        }
        return nil
    }

    private static let machineCode: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]

    /// Compares the machine type in two bytes of the ELF header.
    private static func machineFault(of path: String) -> String? {
        guard let own = read("/proc/self/exe", limit: 20), let its = read(path, limit: 20), own.count == 20,
            its.count == 20, its.starts(with: machineCode), own[18..<20] != its[18..<20]
        else { return nil }
        return "it was built for another kind of machine; build it on this one"
    }

    private static func diagnoses(of error: Program.NotFound, _ exists: (String) -> Bool) -> [Diagnosis] {
        guard let script = script(of: error), let bytes = read(script) else { return [diagnosis(of: error)] }
        // Another fault in the first line explains more than the missing interpreter.
        let found = faults(in: bytes, name: displayName(script), exists)
        return found.isEmpty ? [diagnosis(of: error)] : found
    }

    private static func script(of error: Program.NotFound) -> String? {
        switch error {
        case .interpreterMissing(let interpreter, let script): interpreter.hasSuffix("\r") ? nil : script
        case .environment(_, _, let script): script
        case .missing, .notExecutable, .directory, .oneWord: nil
        }
    }

    private static func diagnosis(of error: Program.NotFound) -> Diagnosis {
        switch error {
        case .missing(let name): .fault("program", "\(name.isEmpty ? "it has no name" : error.description)")
        case .notExecutable(let path): .fault(displayName(path), "not executable; write: chmod +x \(path)")
        case .directory(let path): .fault(displayName(path), "a directory, not a program")
        case .interpreterMissing(let interpreter, let script) where interpreter.hasSuffix("\r"):
            .fault(
                "\(displayName(script)):1",
                "its lines end in CR LF, as on Windows, so the system looks for "
                    + "'\(interpreter.dropLast())\\r'; fix them with: sed -i 's/\\r$//' \(script)")
        case .interpreterMissing(let interpreter, let script):
            .fault("\(displayName(script)):1", missing(interpreter))
        case .environment(_, _, let script): .fault("\(displayName(script)):1", error.description)
        case .oneWord: .fault("program", error.description)
        }
    }

    // MARK: files

    /// The script file of an interpreter; nil if the code is on the command line.
    private static func scriptArgument(of command: [String]) -> String? {
        for argument in command.dropFirst() {
            if ["-c", "-e"].contains(argument) { return nil }
            if File.isRegular(argument) { return argument }
        }
        return nil
    }

    private static func isProgram(_ name: String, in searchPath: String) -> Bool {
        if name.contains("/") { return access(name, X_OK) == 0 }
        return searchPath.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
    }

    private static func displayName(_ path: String) -> String {
        path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    }

    private static func read(_ path: String, limit: Int = 1 << 20) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = Glibc.read(descriptor, &bytes, limit)
        return count < 0 ? nil : Array(bytes.prefix(count))
    }
}
