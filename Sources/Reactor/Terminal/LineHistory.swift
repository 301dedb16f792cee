import Glibc

/// The lines typed in earlier sessions, in a file of the user's: one entry per line, with its newlines escaped as `\n`.
///
/// Each line is appended as it is entered, so nothing is lost when the program is killed, and several sessions can
/// share a file.
@MainActor final class LineHistory {
    /// How many entries are offered. A file with more than twice as many is cut to this number.
    static let limit = 1000
    /// How many bytes are read, from the end of the file.
    private static let byteLimit = 1 << 20

    /// Oldest first.
    let lines: [String]
    private let path: String
    private var last: String?

    init(path: String) {
        self.path = path
        let all = Self.read(path).split(separator: "\n").map { Self.unescaped($0) }
        lines = all.suffix(Self.limit)
        last = lines.last
        if all.count > 2 * Self.limit { rewrite() }
    }

    /// Appends a line, unless it is empty or repeats the last one. Creates missing directories, and ignores write
    /// errors.
    func append(_ line: String) {
        guard !line.isEmpty, line != last else { return }
        last = line
        if let slash = path.lastIndex(of: "/") { try? Directory.make(String(path[..<slash])) }
        Self.write(Self.escaped(line) + "\n", to: path, O_APPEND)
    }

    private func rewrite() {
        let temporary = "\(path).\(getpid())"
        guard Self.write(lines.map { Self.escaped($0) + "\n" }.joined(), to: temporary, O_TRUNC) else {
            return
        }
        if rename(temporary, path) != 0 { unlink(temporary) }
    }

    private static func read(_ path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return "" }
        defer { close(file) }
        let size = Int(lseek(file, 0, SEEK_END))
        var bytes = [UInt8](repeating: 0, count: min(max(size, 0), byteLimit))
        let count = pread(file, &bytes, bytes.count, off_t(max(size, 0) - bytes.count))
        var text = bytes.prefix(max(count, 0))
        // The first line may be partial.
        if size > byteLimit { text = text[(text.firstIndex(of: UInt8(ascii: "\n")) ?? 0)...] }
        return String(decoding: text, as: UTF8.self)
    }

    @discardableResult
    private static func write(_ text: String, to path: String, _ flag: Int32) -> Bool {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | flag, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        fchmod(file, 0o600)
        let bytes = Array(text.utf8)
        return Glibc.write(file, bytes, bytes.count) == bytes.count
    }

    private static func escaped(_ line: String) -> String {
        line.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func unescaped(_ line: Substring) -> String {
        var result = ""
        var isEscaped = false
        for scalar in line.unicodeScalars {
            if isEscaped {
                result.unicodeScalars.append(scalar == "n" ? "\n" : scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
