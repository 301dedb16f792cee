import CCurl
import Glibc

/// A response's body: collected in memory or written to the requested file.
struct ResponseBody {
    /// A longer response in memory is an error: Telegram's longest are a little over 4 MiB.
    private static let memoryLimit = 64 << 20

    private enum Place {
        case undecided, memory, file(OutputFile)
    }

    private(set) var bytes: [UInt8] = []
    /// How many bytes arrived, in memory or in a file.
    private(set) var received = 0
    /// Why receiving was aborted.
    private(set) var error: String?
    /// The same error; nil if the response wasn't meant for a file.
    var fileError: String? { destination == nil ? nil : error }
    private var place = Place.undecided
    private var destination: OutputFile?
    private var offset = 0
    private var sizeLimit: Int?
    /// The start of a partial response; nil without a Content-Range header.
    private var rangeStart: Int?
    /// The Date header in Unix time; nil without one, or if headers aren't read.
    private(set) var date: Int64?

    mutating func reset(for request: HTTPClient.Request) {
        bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 16)
        (received, error, place, rangeStart, date) = (0, nil, .undecided, nil, nil)
        (destination, offset, sizeLimit) = (request.destination, request.offset, request.sizeLimit)
    }

    /// Releases the file.
    mutating func finish() {
        (destination, place) = (nil, .undecided)
    }

    /// Reads a line of the response's headers.
    mutating func read(header line: UnsafeRawBufferPointer) {
        let text = String(decoding: line.prefix(200), as: UTF8.self).lowercased()
        // A new status line: the previous one was a proxy's, or `100 Continue`.
        if text.hasPrefix("http/") { rangeStart = nil }
        if text.hasPrefix("date:") {
            let time = curl_getdate(String(text.dropFirst(5)), nil)
            date = time > 0 ? Int64(time) : nil
        }
        guard text.hasPrefix("content-range:"), let unit = text.firstRange(of: "bytes") else { return }
        rangeStart = Int(text[unit.upperBound...].drop { $0 == " " }.prefix { $0.isWholeNumber })
    }

    /// - Returns: false to abort the transfer.
    mutating func append(_ piece: UnsafeRawBufferPointer, head: () -> (status: Int, length: Int)) -> Bool {
        if case .undecided = place { begin(head()) }
        guard error == nil else { return false }
        received += piece.count
        switch place {
        case .file(let file):
            guard fits(file.count + piece.count) else { return false }
            do throws(SystemError) {
                try file.append(piece)
            } catch {
                self.error = error.description
            }
        default:
            guard bytes.count + piece.count <= Self.memoryLimit else {
                error = "the answer is longer than \(Self.memoryLimit) bytes"
                return false
            }
            bytes.append(contentsOf: piece)
        }
        return error == nil
    }

    /// Also handles a body without any bytes: its file becomes empty.
    mutating func end(head: () -> (status: Int, length: Int)) {
        if case .undecided = place { begin(head()) }
    }

    /// - Parameter length: of the whole body; -1 if unknown.
    private mutating func begin(_ head: (status: Int, length: Int)) {
        guard let destination, (200..<300).contains(head.status) else { return place = .memory }
        place = .file(destination)
        var start = 0
        if head.status == 206 {
            guard rangeStart == offset, destination.count >= offset else {
                let wrong = rangeStart.map { "byte \($0)" } ?? "somewhere"
                error = "the server sent the file from \(wrong) on, not from byte \(offset)"
                return
            }
            start = offset
        }
        guard fits(start + max(0, head.length)) else { return }
        do throws(SystemError) {
            try destination.truncate(to: start)
        } catch {
            self.error = error.description
        }
    }

    private mutating func fits(_ size: Int) -> Bool {
        guard let sizeLimit, size > sizeLimit else { return true }
        error = "the file is longer than \(sizeLimit) bytes"
        return false
    }
}
