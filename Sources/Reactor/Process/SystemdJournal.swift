import Glibc

/// The journal of systemd, which keeps log records as fields.
///
/// - SeeAlso: https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
package struct SystemdJournal {
    private let address: UnixAddress
    private let descriptor: Int32

    /// The one that stderr leads to; nil if stderr leads elsewhere, or the journal can't be reached.
    ///
    /// - Parameter stream: the value of `$JOURNAL_STREAM`: the device and inode of that stderr.
    package static func ofStderr(stream: String?) -> SystemdJournal? {
        var status = stat()
        guard let stream, fstat(2, &status) == 0, stream == "\(status.st_dev):\(status.st_ino)" else {
            return nil
        }
        return SystemdJournal(socket: "/run/systemd/journal/socket")
    }

    package init?(socket path: String) {
        guard let address = UnixAddress(path) else { return nil }
        self.address = address
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
    }

    /// Sends a record. Never waits.
    ///
    /// - Parameter fields: names in capitals, such as `MESSAGE`, and values.
    /// - Returns: false if the journal can't take it now, or it is too long.
    package func send(_ fields: [(name: String, value: String)]) -> Bool {
        let record = fields.reduce(into: [UInt8]()) { Self.append($1.name, $1.value, to: &$0) }
        return address.send(record, from: descriptor)
    }

    private static func append(_ name: String, _ value: String, to record: inout [UInt8]) {
        record += name.utf8
        if value.utf8.contains(UInt8(ascii: "\n")) {
            record.append(UInt8(ascii: "\n"))
            withUnsafeBytes(of: UInt64(value.utf8.count).littleEndian) { record += $0 }
        } else {
            record.append(UInt8(ascii: "="))
        }
        record += value.utf8
        record.append(UInt8(ascii: "\n"))
    }
}
