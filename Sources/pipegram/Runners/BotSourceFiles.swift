import Reactor

/// The files that --watch watches: the program, its arguments, and likely source files.
@MainActor enum BotSourceFiles {
    /// The maximum number of files to watch beside a script.
    private static let limit = 100

    /// The program, its file arguments, and the files beside a script with its extension, which it may load.
    static func of(_ program: Program) -> [String] {
        let named = [program.path] + program.arguments.dropFirst()
        return named
            + (named.first { fileExtension(of: $0) != nil && File.isRegular($0) }.map(siblings) ?? [])
    }

    private static func siblings(of path: String) -> [String] {
        let start = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
        let directory = String(path[..<start])
        let names = Directory.names(in: directory.isEmpty ? "." : directory)
        let siblings = names.filter { !$0.hasPrefix(".") && fileExtension(of: $0) == fileExtension(of: path) }
        return siblings.prefix(limit).map { directory + $0 }
    }

    /// `py`; nil if the name has none.
    private static func fileExtension(of path: String) -> Substring? {
        let name = path.baseName ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
        return name[name.index(after: dot)...]
    }
}
