import CSystem
import Glibc

/// A program to start: its path, arguments, environment and limits.
package struct Program {
    package enum NotFound: Error, Equatable, CustomStringConvertible {
        case missing(String)
        case notExecutable(String)
        case directory(String)
        case interpreterMissing(String, script: String)
        /// The script's first line doesn't name a program to env(1) as it must; with the words behind env.
        case environment(Shebang.Fault, words: String, script: String)
        /// A program and its arguments in one word.
        case oneWord(String)

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
            case .environment(.notSplit, let words, let script):
                "\(script): the system passes '\(words)' to env as one word; write #!/usr/bin/env -S \(words)"
            case .environment(.noProgram, _, let script):
                "\(script): its first line gives env no interpreter"
            case .oneWord(let words):
                "there is no program '\(words)': write program and arguments as separate words, without the quotes: "
                    + words
            }
        }
    }

    /// Resolved: execve(2) doesn't search PATH.
    package private(set) var path: String
    /// The name as given, then the arguments.
    package var arguments: [String]
    /// The working directory, which is made if it is missing; nil for this process's.
    package var directory: String?
    /// Entries of the form `NAME=value`.
    package var environment: [String]
    /// The child's soft descriptor limit; 0 means this process's limit.
    package var descriptorLimit: UInt64 = 0
    package var limits = ProcessLimits()
    /// Where each process gets a group for the limits of all that it starts; nil if it has none.
    package var controlGroup: ControlGroup?
    /// Whether set-user-ID programs, such as sudo(8), give it and its processes no rights.
    package var hasNoNewPrivileges = false
    /// Whether it is bwrap(1). The bot's program is then the first child of its only child.
    package private(set) var isBoxed = false

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
        let path: String
        do throws(NotFound) {
            path = try locate(name, in: searchPath)
        } catch {
            let words = name.split(separator: " ")
            guard words.count > 1, let first = words.first, exists(String(first), in: searchPath) else {
                throw error
            }
            throw .oneWord(name)
        }
        try checkInterpreter(of: path, in: searchPath)
        return path
    }

    private static func exists(_ name: String, in searchPath: String) -> Bool {
        (try? locate(name, in: searchPath)) != nil
    }

    private static func locate(_ name: String, in searchPath: String) throws(NotFound) -> String {
        let candidates =
            name.contains("/")
            ? [name]
            : searchPath.split(separator: ":", omittingEmptySubsequences: false)
                .map { $0.isEmpty ? "./\(name)" : "\($0)/\(name)" }
        var refused: NotFound?
        for candidate in candidates where !name.isEmpty {
            guard let mode = fileMode(candidate) else { continue }
            if File.isRegular(mode), access(candidate, X_OK) == 0 { return candidate }
            let isDirectory = mode & S_IFMT == S_IFDIR
            refused = refused ?? (isDirectory ? .directory(candidate) : .notExecutable(candidate))
        }
        throw refused ?? .missing(name)
    }

    private static func fileMode(_ path: String) -> mode_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode : nil
    }

    /// The kernel says ENOENT both for a file that isn't there and for its interpreter: tell them apart. What env(1)
    /// doesn't find would be known only once a child has ended.
    private static func checkInterpreter(of script: String, in searchPath: String) throws(NotFound) {
        guard let shebang = Shebang(firstLine(of: script)), !shebang.interpreter.isEmpty else { return }
        let (interpreter, words) = (shebang.interpreter, shebang.words)
        // The system takes the CR for a part of the last word, which may be the one that env looks for.
        if let last = words.last ?? Optional(interpreter), last.hasSuffix("\r") {
            throw .interpreterMissing(last, script: script)
        }
        if access(interpreter, F_OK) != 0 { throw .interpreterMissing(interpreter, script: script) }
        if let fault = shebang.fault {
            throw .environment(fault, words: words.joined(separator: " "), script: script)
        }
        if let name = shebang.wanted, !exists(name, in: searchPath) {
            throw .interpreterMissing(name, script: script)
        }
    }

    /// Up to 256 bytes; empty if the file can't be read.
    package static func firstLine(of script: String) -> String {
        let descriptor = open(script, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var start = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &start, start.count)
        return String(
            decoding: start.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// The path, from the root on.
    package var absolutePath: String {
        if path.hasPrefix("/") { return path }
        return "\(Directory.current)/\(path.hasPrefix("./") ? String(path.dropFirst(2)) : path)"
    }

    /// The same program, which bwrap(1) starts.
    ///
    /// - Parameter options: bwrap's, up to the program.
    package func boxed(by bwrap: String, _ options: [String]) -> Program {
        var boxed = self
        boxed.path = bwrap
        boxed.arguments = ["bwrap"] + options + ["--", absolutePath] + arguments.dropFirst()
        boxed.isBoxed = true
        return boxed
    }

    func spawn(
        input: Int32, output: Int32, error: Int32
    ) throws(SystemError) -> (group: ProcessGroup, pidfd: Int32) {
        if let directory {
            do throws(SystemError) {
                try Directory.make(directory)
                // What exists may be a file, or a link to nothing.
                guard !directory.isEmpty, access("\(directory)/.", X_OK) == 0 else {
                    throw SystemError(directory, code: directory.isEmpty ? ENOENT : errno)
                }
            } catch {
                throw SystemError("making the working directory \(directory)", code: error.code)
            }
        }
        // Relative to this process's directory, not to the child's.
        let path = directory == nil ? self.path : absolutePath
        let arguments = self.arguments.map { strdup($0) } + [nil]
        let environment = self.environment.map { strdup($0) } + [nil]
        let start = directory.flatMap { strdup($0) }
        defer { (arguments + environment + [start]).forEach { free($0) } }
        let member = try controlGroup?.makeMember(limits)
        defer { (member?.processes).map { _ = close($0) } }
        // All of the user's processes count for the kernel's limit, only the child's own for its group.
        var limits = limits
        if controlGroup?.limitsProcesses == true { limits.processes = 0 }
        var child = spawned_child()
        var failure: Int32 = 0
        path.withCString { path in
            arguments.withUnsafeBufferPointer { arguments in
                environment.withUnsafeBufferPointer { environment in
                    var request = spawn_request(
                        path: path, arguments: arguments.baseAddress, environment: environment.baseAddress,
                        directory: start,
                        input: input, output: output, error: error, descriptor_limit: descriptorLimit,
                        limits: limits.request, cgroup: member?.processes ?? -1,
                        no_new_privileges: hasNoNewPrivileges ? 1 : 0)
                    failure = spawn_child(&child, &request)
                }
            }
        }
        let place = controlGroup.flatMap { group in member.map { ProcessGroup.Place(group, $0.path) } }
        guard failure == 0 else {
            _ = place?.leave()
            throw SystemError("starting \(self.path)", code: failure)
        }
        return (ProcessGroup(leader: child.pid, isBoxed: isBoxed, place: place), child.pidfd)
    }
}

/// What a process may use, as in setrlimit(2); 0 for this process's limit. Processes that it starts have the same limits.
package nonisolated struct ProcessLimits: Equatable, Sendable {
    /// Its heap and other writable memory (RLIMIT_DATA), in bytes.
    package var memory: UInt64 = 0
    /// CPU time in seconds.
    package var cpu: UInt64 = 0
    /// All processes and threads of its user.
    package var processes: UInt64 = 0
    /// Open descriptors.
    package var files: UInt64 = 0

    package init() {}

    fileprivate var request: child_limits {
        child_limits(memory: memory, cpu: cpu, processes: processes, files: files)
    }
}

/// What other processes of the same user see of this one.
package enum OwnProcess {
    /// Hides the memory and descriptors, which hold secrets. Only root sees them then, and there are no core dumps.
    package static func hide() { hide_process() }
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
