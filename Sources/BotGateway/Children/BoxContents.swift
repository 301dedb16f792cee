import Glibc
import Reactor

/// What all children see in their boxes.
package struct BoxContents {
    /// A file or directory that no child may see.
    package struct Secret {
        package let path: String
        /// As in `the state directory`.
        package let name: String

        package init(_ path: String, _ name: String) {
            (self.path, self.name) = (BoxContents.located(path), name)
        }

        /// Whether the gateway uses it, as opposed to a place where people keep theirs.
        fileprivate var isOwn: Bool { path != name }
    }

    struct Entry {
        enum Kind: Equatable {
            case readOnly
            case link(to: String)
            /// An empty directory.
            case hidden
            case writable
        }

        let path: String
        let kind: Kind
    }

    private(set) var entries: [Entry] = []
    /// Where a child without a directory of its own starts.
    private(set) var start = "/tmp"
    /// About files that the program may miss.
    package private(set) var warnings: [String] = []
    private let secrets: [Secret]
    private let home: String?
    /// The directories of all children are in it; nil without such directories, or if they share one.
    private let workplaces: String?

    /// The system's own, where they exist.
    private static let system = [
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store",
    ]
    /// Of /etc, what programs need: names, addresses, certificates, time, languages.
    private static let settings = [
        "alternatives", "ca-certificates", "debian_version", "fonts", "gai.conf", "group", "host.conf",
        "hosts",
        "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "magic", "mime.types", "nsswitch.conf",
        "os-release",
        "passwd", "pki/ca-trust", "pki/tls/cert.pem", "pki/tls/certs", "pki/tls/openssl.cnf", "protocols",
        "resolv.conf", "services", "ssl/cert.pem", "ssl/certs", "ssl/openssl.cnf", "terminfo", "timezone",
    ]
    private static let settingsBeginnings = ["java", "perl", "python"]

    /// - Parameters:
    ///   - program: as it is started, with its arguments.
    ///   - directory: the template of the children's own directories.
    ///   - secrets: what no child may see.
    ///   - searchPath: where a script's interpreter is found.
    package init(
        for program: Program, directory: String?, secrets: [Secret], home: String?, searchPath: String
    ) throws(Box.Refusal) {
        if let directory, directory.drop(while: { $0 != "{" }).split(separator: "/").contains("..") {
            throw Box.Refusal(
                description:
                    "--box: the --workdir \(directory) leads out of itself: leave out '..' after a placeholder"
            )
        }
        self.home = home.map(Self.located)
        let isShared = directory?.contains("{") == false
        workplaces = directory.flatMap { isShared ? nil : Self.located(Self.fixedPart(of: $0)) }
        self.secrets =
            secrets + Self.secrets(home: home) + (workplaces.map { [Secret($0, "--workdir")] } ?? [])
        if isShared, let directory { try check(directory) }
        try addSystem()
        hideWorkplaces()
        addProgram(program, searchPath: searchPath)
        hideWorkplaces()
        let current = Self.absolute(".")
        if entries.contains(where: { Self.isWithin(current, $0.path) || Self.isWithin($0.path, current) }) {
            start = current
        }
    }

    private static func secrets(home: String?) -> [Secret] {
        let homes = ([home].compactMap(\.self)).flatMap { home in
            ["", "/.config", "/.local/share", "/.local/state", "/.ssh", "/.gnupg", "/.cache"].map {
                home + $0
            }
        }
        return
            (homes + [
                "/root", "/var/lib", "/run", "/tmp", "/var/tmp", "/etc", "/proc", "/sys", "/dev", "/mnt",
            ])
            .map { Secret($0, $0) }
    }

    // MARK: the system

    private mutating func addSystem() throws(Box.Refusal) {
        for path in Self.system {
            if let target = Self.link(path) {
                entries.append(Entry(path: path, kind: .link(to: target)))
            } else if access(path, F_OK) == 0 {
                let secret = secrets.first {
                    Self.isWithin($0.path, path) && $0.path != workplaces && ($0.isOwn || path == "/opt")
                }
                if let secret, path != "/opt" {
                    throw Box.Refusal(
                        description:
                            "--box: \(secret.name), \(secret.path), is below \(path), which every child sees: move it"
                    )
                }
                if secret == nil { entries.append(Entry(path: path, kind: .readOnly)) }
            }
        }
        let more = Directory.names(in: "/etc").filter { name in
            Self.settingsBeginnings.contains { name.hasPrefix($0) }
        }
        for path in (Self.settings + more).map({ "/etc/\($0)" })
        where access(path, R_OK) == 0 && secret(in: path) == nil {
            entries.append(Entry(path: path, kind: .readOnly))
        }
    }

    private static func link(_ path: String) -> String? {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &target, target.count)
        return count > 0
            ? String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }

    /// A secret at a path or below it.
    private func secret(in path: String) -> Secret? { secrets.first { Self.isWithin($0.path, path) } }

    // MARK: the program

    /// Makes the program visible with its directory, and with those of its interpreter and of the first file among its
    /// arguments, such as in `python3 bot.py`; of other arguments, the files and directories that they name.
    private mutating func addProgram(_ program: Program, searchPath: String) {
        addFile(program.absolutePath)
        for path in Self.interpreters(of: program.path, searchPath) { addFile(path) }
        var isFirst = true
        for argument in program.arguments.dropFirst()
        where !argument.hasPrefix("-") && !argument.contains("{") {
            let path = Self.absolute(argument)
            guard !argument.isEmpty, access(path, F_OK) == 0, let target = File.resolved(path),
                !isSecret(target)
            else { continue }
            if File.isRegular(path), isFirst {
                addFile(path)
                isFirst = false
            } else if secret(in: target) == nil {
                add(path)
            }
        }
    }

    /// Whether a file is one that the gateway uses, such as the token file.
    private func isSecret(_ path: String) -> Bool {
        secrets.contains { $0.isOwn && $0.path == path }
    }

    private static func interpreters(of script: String, _ searchPath: String) -> [String] {
        guard let shebang = Shebang(Program.firstLine(of: script)) else { return [] }
        let wanted = shebang.wanted.flatMap { try? Program([$0], searchPath: searchPath).absolutePath }
        return [shebang.interpreter] + (wanted.map { [$0] } ?? [])
    }

    /// Makes a file visible, with its directory if there is nothing to hide in it, and what links lead to.
    private mutating func addFile(_ path: String) {
        guard let target = File.resolved(path), !isVisible(path) || !isVisible(target) else { return }
        for place in target == path ? [path] : [path, target] where !isVisible(place) {
            addDirectory(of: place)
        }
    }

    private mutating func addDirectory(of path: String) {
        let directory = Self.parent(of: path)
        // Of a virtual environment, a program needs more than `bin`.
        let isProgram = directory.baseName == "bin"
        let candidates = isProgram ? [Self.parent(of: directory), directory] : [directory]
        for candidate in candidates where isHarmless(candidate) { return add(candidate) }
        add(path)
        if isHome(directory) {
            warnings.append(
                "--box: of \(directory), children see only \(path.baseName ?? path), because it is a home directory; "
                    + "put the program into a directory of its own if it needs more")
        } else if let secret = secrets.first(where: { Self.isWithin($0.path, directory) }), secret.isOwn {
            warnings.append(
                "--box: of \(directory), children see only \(path.baseName ?? path), because \(secret.name) (\(secret.path)) is there, too; "
                    + "move it elsewhere if they need more")
        }
    }

    /// Whether children may see all of a directory.
    private func isHarmless(_ directory: String) -> Bool {
        let place = File.resolved(directory) ?? directory
        let isOfSystem = Self.isWithin(place, "/etc") || Self.isWithin(place, "/proc")
        // Secrets are in it, or it is in one of them that is a bot's own, such as the state directory.
        return !isHome(place) && !isOfSystem && place != "/"
            && !secrets.contains { secret in
                let isWorkplace = secret.path == workplaces
                return Self.isWithin(secret.path, place) && !(isWorkplace && secret.path != place)
                    || secret.isOwn && !isWorkplace && Self.isWithin(place, secret.path)
            }
    }

    private func isHome(_ directory: String) -> Bool {
        let place = File.resolved(directory) ?? directory
        return place == home || place == "/root" || Self.parent(of: place) == "/home"
    }

    private mutating func add(_ path: String) {
        if !isVisible(path) { entries.append(Entry(path: path, kind: .readOnly)) }
    }

    private func isVisible(_ path: String) -> Bool {
        let around = entries.filter { Self.isWithin(path, $0.path) }
        return around.max { $0.path.count < $1.path.count }.map { $0.kind != .hidden } ?? false
    }

    // MARK: the children's directories

    /// A child sees its own directory, and not those of others.
    private mutating func hideWorkplaces() {
        guard let workplaces else { return }
        // They are visible by each path to a directory around them, also by a link's.
        for entry in entries where entry.kind == .readOnly {
            guard let place = File.resolved(entry.path), Self.isWithin(workplaces, place) else { continue }
            let path = entry.path + workplaces.dropFirst(place == "/" ? 0 : place.count)
            if isVisible(path) { entries.append(Entry(path: path, kind: .hidden)) }
        }
    }

    private func check(_ directory: String) throws(Box.Refusal) {
        guard let secret = secret(in: Self.located(directory)) else { return }
        throw Box.Refusal(
            description:
                "--box: the --workdir \(directory), where children may write, has \(secret.isOwn ? "\(secret.name), " : "")"
                + "\(secret.path) in it: choose another directory, such as --workdir 'data/{scope}'")
    }

    // MARK: paths

    /// The directory that a template's placeholders can't change.
    private static func fixedPart(of template: String) -> String {
        let fixed = template.prefix { $0 != "{" }
        return fixed.lastIndex(of: "/").map { $0 == fixed.startIndex ? "/" : String(fixed[..<$0]) } ?? "."
    }

    private static func parent(of path: String) -> String {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        return end == path.startIndex ? "/" : String(path[..<end])
    }

    private static func isWithin(_ path: String, _ directory: String) -> Bool {
        path == directory || path.hasPrefix(directory == "/" ? "/" : "\(directory)/")
    }

    /// A path from the root on, without `.` and `..`.
    static func absolute(_ path: String) -> String {
        var parts: [Substring] = []
        for part in (path.hasPrefix("/") ? path : "\(Directory.current)/\(path)").split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(part) }
        }
        return "/\(parts.joined(separator: "/"))"
    }

    /// The same, with symbolic links resolved as far as it exists.
    static func located(_ path: String) -> String {
        let path = absolute(path)
        if let resolved = File.resolved(path) { return resolved }
        let place = path == "/" ? "" : located(parent(of: path))
        return "\(place == "/" ? "" : place)/\(path.baseName ?? "")"
    }
}
