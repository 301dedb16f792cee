import CTOML

/// A TOML document: its values, each with the line that it is on.
package struct TOMLDocument {
    package enum Value: Equatable {
        case string(String)
        case integer(Int64)
        case boolean(Bool)
        case array([Entry])
        case table([Entry])
        /// A float, a date or a time.
        case other
    }

    package struct Entry: Equatable {
        /// Empty in an array.
        package let key: String
        package let line: Int
        package let value: Value
    }

    package struct Malformed: Error, Equatable {
        package let line: Int
        package let description: String
    }

    /// The keys of the root table, by line.
    package let entries: [Entry]

    /// Values more than `deepest` levels down are left out.
    private static let deepest: UInt32 = 3

    /// toml++ follows the parts of a key by recursion, until its stack is full.
    private static let mostParts = 1000

    package init(_ bytes: [UInt8]) throws(Malformed) {
        try Self.checkKeys(bytes)
        var items: [Item] = []
        var error = [CChar](repeating: 0, count: 512)
        let line = bytes.withUnsafeBytes { bytes in
            withUnsafeMutablePointer(to: &items) { items in
                toml_visit(
                    bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, Self.deepest,
                    { items, item in
                        guard let items, let item = item?.pointee else { return }
                        items.assumingMemoryBound(to: [Item].self).pointee.append(Item(item))
                    }, items, &error, error.count)
            }
        }
        guard line == 0 else {
            let words = String(decoding: error.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            throw Malformed(line: Int(line), description: words)
        }
        var rest = items[...]
        entries = Self.entries(&rest, depth: 0, isTable: true)
    }

    /// Rejects a key such as `a.a.a…` that is too long: a line with many dots outside of quotation marks.
    private static func checkKeys(_ bytes: [UInt8]) throws(Malformed) {
        guard bytes.count > mostParts else { return }
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard dots(in: line) > mostParts else { continue }
            throw Malformed(line: index + 1, description: "a key has too many parts")
        }
    }

    private static func dots(in line: ArraySlice<UInt8>) -> Int {
        var (count, quote) = (0, UInt8(0))
        for byte in line {
            switch byte {
            case quote where quote != 0: quote = 0
            case UInt8(ascii: "\""), UInt8(ascii: "'"): if quote == 0 { quote = byte }
            case UInt8(ascii: "."): if quote == 0 { count += 1 }
            default: break
            }
        }
        return count
    }

    /// Takes the values of one array or table.
    private static func entries(_ items: inout ArraySlice<Item>, depth: UInt32, isTable: Bool) -> [Entry] {
        var entries: [Entry] = []
        while let item = items.first, item.depth == depth {
            items.removeFirst()
            let members = Self.entries(&items, depth: depth + 1, isTable: item.kind == toml_kind_table)
            entries.append(Entry(key: item.key, line: item.line, value: item.value(members)))
        }
        return isTable ? entries.sorted { ($0.line, $0.key) < ($1.line, $1.key) } : entries
    }

    /// A value before the values in it are known.
    private nonisolated struct Item {
        let kind: toml_kind
        let depth: UInt32
        let line: Int
        let key: String
        let text: String
        let number: Int64

        init(_ item: toml_item) {
            (kind, depth, line, number) = (item.kind, item.depth, Int(item.line), item.number)
            key = Self.text(item.key, item.key_length)
            text = Self.text(item.text, item.text_length)
        }

        func value(_ members: [Entry]) -> Value {
            switch kind {
            case toml_kind_table: .table(members)
            case toml_kind_array: .array(members)
            case toml_kind_string: .string(text)
            case toml_kind_integer: .integer(number)
            case toml_kind_boolean: .boolean(number != 0)
            default: .other
            }
        }

        private static func text(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> String {
            guard let bytes else { return "" }
            return String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
        }
    }
}
