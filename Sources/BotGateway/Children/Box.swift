import Reactor

/// A box for each child, made by bwrap(1): it sees a few read-only directories and its own one, and nothing else of the
/// machine.
///
/// Paths are the same inside and outside, so that a child can name its files to the gateway.
package struct Box {
    /// Why children can't be in boxes, and what to do.
    package struct Refusal: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// The bytes of memory that a child's temporary files may take, in /tmp and in /dev/shm.
    private static let temporarySize = 256 << 20

    private let bwrap: String
    private let sharesNetwork: Bool
    private let contents: BoxContents

    /// - Parameter bwrap: its path.
    package init(by bwrap: String, sharingNetwork: Bool, contents: BoxContents) {
        (self.bwrap, sharesNetwork, self.contents) = (bwrap, sharingNetwork, contents)
    }

    /// The directories that children see empty.
    var hidden: [String] { contents.entries.filter { $0.kind == .hidden }.map(\.path) }

    /// The program in a box.
    func enclose(_ program: Program) -> Program {
        program.boxed(by: bwrap, options(directory: program.directory))
    }

    /// bwrap's options.
    ///
    /// - Parameter directory: the child's own one, which exists; nil if it has none.
    private func options(directory: String?) -> [String] {
        var options =
            ["--unshare-all", "--unshare-user", "--disable-userns"] + (sharesNetwork ? ["--share-net"] : [])
        options += ["--die-with-parent", "--cap-drop", "ALL", "--proc", "/proc", "--dev", "/dev"]
        for place in ["/dev/shm", "/tmp"] {
            options += ["--size", "\(Self.temporarySize)", "--tmpfs", place]
        }
        let own = directory.map { [BoxContents.Entry(path: $0, kind: .writable)] } ?? []
        // A directory comes before those in it.
        let entries = (contents.entries + own).sorted { $0.path < $1.path }
        options += entries.flatMap(\.options)
        options += entries.filter { $0.kind == .hidden }.flatMap { ["--remount-ro", $0.path] }
        return options + ["--remount-ro", "/dev", "--remount-ro", "/"] + [
            "--chdir", directory ?? contents.start,
        ]
    }
}

extension BoxContents.Entry {
    fileprivate var options: [String] {
        switch kind {
        case .readOnly: ["--ro-bind", path, path]
        case .link(let target): ["--symlink", target, path]
        case .hidden: ["--tmpfs", path]
        case .writable: ["--bind", path, path]
        }
    }
}
