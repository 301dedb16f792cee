import Glibc

/// Reports changes to files, including replacements by an editor or a compiler.
///
/// It watches the directories: a replaced file is a new inode, and a watch on the old inode reports nothing.
@MainActor package final class FileWatch {
    /// Called once per burst of changes, with the path of the first changed file as it was given.
    package var onChange: (String) -> Void = { _ in }

    /// A burst ends after this time without a change: a compiler and its linker write for a while, an editor renames
    /// twice.
    private static let quietTime: Duration = .milliseconds(100)

    private struct Watched {
        let path: String
        let name: String
        let directory: Int32
    }

    private let descriptor: Int32
    private let loop: EventLoop
    private var files: [Watched] = []
    private var changed: String?
    private var quiet: Timer?
    private var buffer = [UInt8](repeating: 0, count: 1 << 14)

    /// Watches the regular files among `paths`, and the targets of symbolic links among them.
    package init(_ paths: [String], on loop: EventLoop) throws(SystemError) {
        self.loop = loop
        descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        guard descriptor >= 0 else { throw SystemError("watching files") }
        for path in paths { try add(path) }
        try loop.watch(descriptor, for: .readable) { [unowned self] _ in read() }
    }

    isolated deinit {
        quiet?.cancel()
        loop.unwatch(descriptor)
        close(descriptor)
    }

    /// The watched files, as they were given.
    package private(set) var paths: [String] = []

    private func add(_ path: String) throws(SystemError) {
        guard File.isRegular(path), !paths.contains(path) else { return }
        paths.append(path)
        var places = [path]
        if let real = realpath(path, nil) {
            places.append(String(cString: real))
            free(real)
        }
        for place in Set(places) {
            let slash = place.lastIndex(of: "/")
            let directory = slash.map { $0 == place.startIndex ? "/" : String(place[..<$0]) } ?? "."
            let name = slash.map { String(place[place.index(after: $0)...]) } ?? place
            let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO)
            let watch = inotify_add_watch(descriptor, directory, events)
            guard watch >= 0 else { throw SystemError("watching \(directory)") }
            files.append(Watched(path: path, name: name, directory: watch))
        }
    }

    private func read() {
        while case let count = Glibc.read(descriptor, &buffer, buffer.count), count > 0 {
            var rest = buffer[..<count]
            while rest.count >= MemoryLayout<inotify_event>.size {
                let event = rest.withUnsafeBytes { $0.loadUnaligned(as: inotify_event.self) }
                rest = rest.dropFirst(MemoryLayout<inotify_event>.size)
                let name = rest.prefix(Int(event.len)).prefix { $0 != 0 }
                rest = rest.dropFirst(Int(event.len))
                nameChanged(String(decoding: name, as: UTF8.self), in: event.wd)
            }
        }
    }

    private func nameChanged(_ name: String, in directory: Int32) {
        guard let file = files.first(where: { $0.name == name && $0.directory == directory }) else { return }
        changed = changed ?? file.path
        quiet?.cancel()
        quiet = loop.after(Self.quietTime) { [unowned self] in tell() }
    }

    private func tell() {
        quiet = nil
        guard let path = changed else { return }
        changed = nil
        onChange(path)
    }
}
