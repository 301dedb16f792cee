import BotGateway
import JSON

/// What the scanner finds in a log that it is fed in some pieces.
package struct ScannedLog: Equatable {
    package struct Found: Equatable {
        package let text: String
        package let line: Int
        package let column: Int
    }

    package private(set) var found: [Found] = []
    package private(set) var error: JSONError?

    package var texts: [String] { found.map(\.text) }
    package var isWhole: Bool { error == nil }

    package init(pieces: [ArraySlice<UInt8>]) {
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

    package init(_ log: String) {
        self.init(pieces: [Array(log.utf8)[...]])
    }

    package init(_ log: [UInt8], cutInto size: Int) {
        self.init(
            pieces: stride(from: 0, to: log.count, by: size).map { log[$0..<min(log.count, $0 + size)] })
    }

    package init(_ log: [UInt8], cutBy chance: inout SeededRandom) {
        self.init(pieces: log.cut(by: &chance))
    }
}
