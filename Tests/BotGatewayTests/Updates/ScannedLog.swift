import JSON
import TestSupport

@testable import BotGateway

/// What the scanner finds in a log that it is fed in some pieces.
struct ScannedLog: Equatable {
    struct Found: Equatable {
        let text: String
        let line: Int
        let column: Int
    }

    private(set) var found: [Found] = []
    private(set) var error: JSONError?

    var texts: [String] { found.map(\.text) }
    var isWhole: Bool { error == nil }

    init(pieces: [ArraySlice<UInt8>]) {
        var scanner = UpdateLogScanner()
        do throws(JSONError) {
            for piece in pieces {
                try piece.withUnsafeBytes { bytes in
                    Result { () throws(JSONError) in
                        try scanner.scan(bytes) { (json, _, position) throws(JSONError) in
                            found.append(
                                Found(text: json.description, line: position.line, column: position.column))
                        }
                    }
                }.get()
            }
            try scanner.finish()
        } catch {
            self.error = error
        }
    }

    init(_ log: String) {
        self.init(pieces: [Array(log.utf8)[...]])
    }

    init(_ log: [UInt8], cutInto size: Int) {
        self.init(
            pieces: stride(from: 0, to: log.count, by: size).map { log[$0..<min(log.count, $0 + size)] })
    }

    init(_ log: [UInt8], cutBy chance: inout SeededRandom) {
        self.init(pieces: log.cut(by: &chance))
    }
}
