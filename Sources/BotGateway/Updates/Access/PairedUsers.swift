import Glibc
import Reactor

/// The users who were let in by a pairing code, in a file like that of `--allow-file`: who removes a line shuts its user
/// out from the next start, or SIGHUP, on.
package struct PairedUsers {
    private static let header = "# Users let in by pipegram run --pair. Remove a line to shut its user out.\n"

    private let path: String?
    private var text: [UInt8] = []
    package private(set) var list = AllowList()
    /// There was a file, or a user was paired: all others are kept out, even if the file names no user any more.
    package private(set) var isClosed = false

    /// - Parameter directory: the state directory; nil to forget them at the end.
    package init(in directory: String?) { path = directory.map { "\($0)/paired" } }

    /// The file, which no child may replace.
    package var file: String? { path }

    /// The file, if it keeps others out.
    package var place: String? { isClosed ? path : nil }

    /// Reads the file again.
    package mutating func read() throws(GatewayFailure) {
        guard let path else { return }
        var (text, list): ([UInt8], AllowList) = ([], AllowList())
        do throws(SystemError) {
            text = try File.read(path, onlyRegular: true)
            isClosed = true
        } catch {
            guard error.code == ENOENT else {
                throw GatewayFailure(.unusableState, "can't read the paired users: \(error)")
            }
        }
        do throws(AllowList.MalformedLine) {
            try list.add(file: text)
        } catch {
            throw GatewayFailure(.unusableState, "\(path), \(error)")
        }
        (self.text, self.list) = (text, list)
    }

    /// - Parameter name: the username.
    mutating func add(_ user: Int64, name: String?) throws(SystemError) {
        let line = "user \(user)\(name.map { " # @\($0)" } ?? "")\n"
        var text = text.isEmpty ? Array(Self.header.utf8) : text
        if text.last != UInt8(ascii: "\n") { text.append(UInt8(ascii: "\n")) }
        text += Array(line.utf8)
        if let path { try File.write(text, to: path, mode: 0o600) }
        self.text = text
        list.add(.user(user))
        isClosed = true
    }
}
