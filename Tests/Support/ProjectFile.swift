import Glibc
import JSON
import Reactor

/// A file of the project that tests read.
package enum ProjectFile {
    /// - Parameter path: below the project's directory.
    package static func text(_ path: String) throws -> String { try text(at: "\(Places.project)/\(path)") }

    /// A file anywhere.
    package static func text(at file: String) throws -> String {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("opening \(file)") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(descriptor, &piece, piece.count), count > 0 { bytes += piece[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A file of JSON values, one a line.
    package static func lines(_ path: String) throws -> [JSON] {
        try text(path).split(separator: "\n").map { try JSON(parsing: String($0)) }
    }

    /// The names of what is in a folder, sorted.
    package static func names(in path: String) throws -> [String] {
        let names = Directory.names(in: "\(Places.project)/\(path)").filter { !$0.hasPrefix(".") }
        guard !names.isEmpty else { throw SystemError("looking into \(path)", code: ENOENT) }
        return names
    }

    /// docs/protocol.schema.json.
    package static func protocolSchema() throws -> JSONSchema {
        try JSONSchema(try JSON(parsing: text("docs/protocol.schema.json")))
    }
}
