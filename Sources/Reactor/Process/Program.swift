import CSystem
import Glibc

/// A program to start: its path, arguments, environment and limits.
package struct Program {
    package enum NotFound: Error, Equatable, CustomStringConvertible {
        case missing(String)
        case notExecutable(String)
        case directory(String)
        case interpreterMissing(String, script: String)

        package var description: String {
            switch self {
            case .missing(let name) where name.contains("/"):
                "\(name): no such file"
            case .missing(let name):
                "\(name): no such program in PATH; for one in this directory write ./\(name)"
            case .notExecutable(let path):
                "\(path): not executable; if it is your bot: chmod +x \(path)"
            case .directory(let path):
                "\(path): a directory, not a program"
            case .interpreterMissing(let interpreter, let script) where interpreter.hasSuffix("\r"):
                "\(script): its lines end in CR LF, so the system looks for "
                    + "'\(interpreter.dropLast())\\r'; fix it with: sed -i 's/\\r$//' \(script)"
            case .interpreterMissing(let interpreter, let script):
                "\(script): the interpreter in its first line, \(interpreter), doesn't exist"
            }
        }
    }

    /// Resolved: execve(2) doesn't search PATH.
    package let path: String
    /// The name as given, then the arguments.
    package let arguments: [String]
    /// Entries of the form `NAME=value`.
    package var environment: [String]
    /// The child's soft descriptor limit; 0 means this process's limit.
    package var descriptorLimit: UInt64 = 0

    /// Looks up the program's name as execvp(3) does: in `searchPath`, unless the name contains a slash.
    package init(
        _ command: [String], searchPath: String, environment: [String] = []
    ) throws(NotFound) {
        let name = command.first ?? ""
        path = try Self.find(name, in: searchPath)
        arguments = command
        self.environment = environment
    }

    private static func find(_ name: String, in searchPath: String) throws(NotFound) -> String {
        let candidates =
            name.contains("/")
            ? [name]
            : searchPath.split(separator: ":", omittingEmptySubsequences: false)
                .map { $0.isEmpty ? "./\(name)" : "\($0)/\(name)" }
        var refused: NotFound?
        for candidate in candidates where !name.isEmpty {
            guard let mode = fileMode(candidate) else { continue }
            if File.isRegular(mode), access(candidate, X_OK) == 0 {
                try checkInterpreter(of: candidate)
                return candidate
            }
            let isDirectory = mode & S_IFMT == S_IFDIR
            refused = refused ?? (isDirectory ? .directory(candidate) : .notExecutable(candidate))
        }
        throw refused ?? .missing(name)
    }

    private static func fileMode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode : nil
    }

    /// The kernel fails with ENOENT for a missing file and for a missing interpreter alike; this tells them apart.
    private static func checkInterpreter(of script: String) throws(NotFound) {
        let descriptor = open(script, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var start = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &start, start.count)
        guard count > 2, start[0] == UInt8(ascii: "#"), start[1] == UInt8(ascii: "!") else { return }
        let line = start[2..<count].prefix { $0 != UInt8(ascii: "\n") }
        let blanks = [UInt8(ascii: " "), UInt8(ascii: "\t")]
        let words = line.split(whereSeparator: blanks.contains).map { String(decoding: $0, as: UTF8.self) }
        guard let interpreter = words.first else { return }
        // The kernel treats the CR as part of the last word, which may be the program that env(1) looks up.
        if let last = words.last, last.hasSuffix("\r") { throw .interpreterMissing(last, script: script) }
        if access(interpreter, F_OK) != 0 { throw .interpreterMissing(interpreter, script: script) }
    }

    func spawn(input: Int32, output: Int32, error: Int32) throws(SystemError) -> spawned_child {
        let arguments = self.arguments.map { strdup($0) } + [nil]
        let environment = self.environment.map { strdup($0) } + [nil]
        defer { (arguments + environment).forEach { free($0) } }
        var child = spawned_child()
        var failure: Int32 = 0
        path.withCString { path in
            arguments.withUnsafeBufferPointer { arguments in
                environment.withUnsafeBufferPointer { environment in
                    var request = spawn_request(
                        path: path, arguments: arguments.baseAddress, environment: environment.baseAddress,
                        input: input, output: output, error: error, descriptor_limit: descriptorLimit)
                    failure = spawn_child(&child, &request)
                }
            }
        }
        guard failure == 0 else { throw SystemError("starting \(self.path)", code: failure) }
        return child
    }
}

/// This process's limit of open descriptors.
package enum DescriptorLimit {
    /// Raises the soft limit to the hard one, because each child costs four descriptors. Also returns the old soft
    /// limit for the children: programs that use select(2), or close every possible descriptor, have trouble with a
    /// high limit.
    package static func raise() -> (original: UInt64, limit: UInt64) {
        _ = spawn_prepare()
        var hard: UInt64 = 0
        let original = raise_descriptor_limit(&hard)
        return (original, hard)
    }
}
