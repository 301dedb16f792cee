import Glibc
import Reactor

/// A pipe of a test's own, closed with it.
///
/// `@MainActor` is said for the same reason as TemporaryDirectory's.
@MainActor package final class Pipe {
    package private(set) var reader: Int32
    package private(set) var writer: Int32
    /// The reading end of another pipe, in which never is anything.
    package let spare: Int32
    private let spareWriter: Int32

    init() throws {
        var (ends, spares): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard pipe(&ends) == 0, pipe(&spares) == 0 else { throw SystemError("making a pipe") }
        for end in ends + spares { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reader, writer, spare, spareWriter) = (ends[0], ends[1], spares[0], spares[1])
    }

    isolated deinit {
        closeReader()
        closeWriter()
        close(spare)
        close(spareWriter)
    }

    package func write(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { Glibc.write(writer, $0.baseAddress, $0.count) }
    }

    package func closeReader() {
        if reader >= 0 { close(reader) }
        reader = -1
    }

    package func closeWriter() {
        if writer >= 0 { close(writer) }
        writer = -1
    }
}
