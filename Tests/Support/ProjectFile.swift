import Glibc
import JSON
import Reactor

/// A file of the project that tests read.
package enum ProjectFile {
    /// - Parameter path: below the project's directory.
    package static func text(_ path: String) throws -> String { try text(at: "\(ProjectPaths.root)/\(path)") }

    /// A file anywhere.
    package static func text(at file: String) throws -> String {
        String(decoding: try File.read(file), as: UTF8.self)
    }

    /// The Swift files below a folder of the project, by their path in it.
    package static func swiftTexts(below folder: String) throws -> [(path: String, text: String)] {
        try swiftPaths(below: folder, "").map { ($0, try text("\(folder)/\($0)")) }
    }

    private static func swiftPaths(below folder: String, _ path: String) -> [String] {
        Directory.names(in: "\(ProjectPaths.root)/\(folder)/\(path)").flatMap { name in
            if name.hasSuffix(".swift") { return ["\(path)\(name)"] }
            return name.contains(".") ? [] : swiftPaths(below: folder, "\(path)\(name)/")
        }
    }

    /// A file of JSON values, one a line.
    package static func lines(_ path: String) throws -> [JSON] {
        try text(path).split(separator: "\n").map { try JSON(parsing: String($0)) }
    }

    /// The names of what is in a folder, sorted.
    package static func names(in path: String) throws -> [String] {
        let names = Directory.names(in: "\(ProjectPaths.root)/\(path)").filter { !$0.hasPrefix(".") }
        guard !names.isEmpty else { throw SystemError("looking into \(path)", code: ENOENT) }
        return names
    }

    /// docs/protocol.schema.json.
    package static func protocolSchema() throws -> JSONSchema {
        try JSONSchema(try JSON(parsing: text("docs/protocol.schema.json")))
    }
}
