import CSystem
import Glibc

/// A program to start: found, and with everything a child of it is given.
package struct Program {
    /// Why there is no program to start.
    package enum NotFound: Error, Equatable, CustomStringConvertible {
        case missing(String)
        case notExecutable(String)
        case directory(String)
        case interpreterMissing(String, script: String)

        package var description: String {
            switch self {
            case .missing(let name) where name.contains("/"):
                "\(name): there is no such file"
            case .missing(let name):
                "\(name): no such program in PATH; for one in this directory write ./\(name)"
            case .notExecutable(let path):
                "\(path): not executable; if it is your bot: chmod +x \(path)"
            case .directory(let path):
                "\(path): a directory, not a program"
            case .interpreterMissing(let interpreter, let script) where interpreter.hasSuffix("\r"):
                "\(script): its lines end in CR LF, so the system looks for "
                    + "'\(interpreter.dropLast())\\r'; mend it with: sed -i 's/\\r$//' \(script)"
            case .interpreterMissing(let interpreter, let script):
                "\(script): its first line asks for \(interpreter), which is not there"
            }
        }
    }

    /// Resolved; `execve` searches no PATH.
    package let path: String
    /// The name as it was given, then the arguments.
    package let arguments: [String]
    /// `NAME=value` each.
    package var environment: [String]
    /// The soft descriptor limit a child starts with; 0 leaves it as it is here.
    package var descriptorLimit: UInt64 = 0

    /// Looks `command`'s program up as execvp(3) does: in `searchPath` unless its name has a slash.
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

    /// The kernel says ENOENT both for a file that isn't there and for its interpreter: tell them apart.
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
        // The system takes the CR for a part of the last word, which may be the one that env looks for.
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

/// The descriptors this process may open.
package enum DescriptorLimit {
    /// Raises the soft limit to the hard one, for a child costs four. The soft limit it had, to give back
    /// to children: programs that use select(2) or close everything would suffer from a high one.
    package static func raise() -> (original: UInt64, limit: UInt64) {
        _ = spawn_prepare()
        var hard: UInt64 = 0
        let original = raise_descriptor_limit(&hard)
        return (original, hard)
    }
}
