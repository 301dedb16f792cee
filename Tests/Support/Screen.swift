/// What a terminal shows after the bytes that were written to it: as much of a VT100 as our program and line
/// editors use. Colours are passed over.
package struct Screen {
    package private(set) var columns: Int
    package private(set) var rows: Int
    /// Counted from 0.
    package private(set) var cursor = (row: 0, column: 0)

    /// A cell: a character and what is combined with it; empty for the right half of a wide one.
    private var cells: [[String]]
    private var pending: [UInt8] = []
    /// The last column is written; the next character goes to the next row.
    private var wraps = false
    private let width: (Unicode.Scalar) -> Int

    /// - Parameter width: columns of a character.
    package init(columns: Int, rows: Int, width: @escaping (Unicode.Scalar) -> Int) {
        (self.columns, self.rows, self.width) = (columns, rows, width)
        cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    }

    /// The rows, without blanks at their ends.
    package var lines: [String] {
        cells.map { row in
            let line = row.joined()
            return String(line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)])
        }
    }

    /// Rows stay where they are: nothing is folded anew.
    package mutating func resize(columns: Int, rows: Int) {
        cells = (0..<rows).map { row in
            let old = row < cells.count ? cells[row] : []
            return Array((old + Array(repeating: " ", count: max(0, columns - old.count))).prefix(columns))
        }
        (self.columns, self.rows) = (columns, rows)
        cursor = (min(cursor.row, rows - 1), min(cursor.column, columns - 1))
        wraps = false
    }

    package mutating func write(_ bytes: some Sequence<UInt8>) {
        pending += bytes
        var rest = pending[...]
        while !rest.isEmpty, take(&rest) {}
        pending = Array(rest)
    }

    /// False where the rest of it is still to come.
    private mutating func take(_ rest: inout ArraySlice<UInt8>) -> Bool {
        let first = rest[rest.startIndex]
        if first == 0x1B { return takeSequence(&rest) }
        if first < 0x20 || first == 0x7F {
            rest.removeFirst()
            control(first)
            return true
        }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
        guard rest.count >= length else { return false }
        String(decoding: rest.prefix(length), as: UTF8.self).unicodeScalars.forEach { put($0) }
        rest.removeFirst(length)
        return true
    }

    private mutating func control(_ byte: UInt8) {
        switch byte {
        case 0x0D: move(to: cursor.row, 0)
        case 0x0A: newline()
        case 0x08: move(to: cursor.row, cursor.column - 1)
        case 0x09: move(to: cursor.row, (cursor.column / 8 + 1) * 8)
        default: break
        }
    }

    private mutating func takeSequence(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.count > 1 else { return false }
        let kind = rest[rest.startIndex + 1]
        let body = rest.dropFirst(2)
        switch kind {
        case UInt8(ascii: "["):
            guard let end = body.firstIndex(where: { !(0x20..<0x40).contains($0) }) else { return false }
            let parameters = String(decoding: body[..<end], as: UTF8.self)
            let final = body[end]
            rest = rest[(end + 1)...]
            if !parameters.hasPrefix("?") {
                perform(final, parameters.split(separator: ";").map { Int($0) ?? 0 })
            }
        case UInt8(ascii: "]"), UInt8(ascii: "_"), UInt8(ascii: "P"):
            guard let end = body.firstIndex(where: { $0 == 0x07 || $0 == 0x5C }) else { return false }
            rest = rest[(end + 1)...]
        case UInt8(ascii: "("):
            guard rest.count > 2 else { return false }
            rest.removeFirst(3)
        default:
            rest.removeFirst(2)
        }
        return true
    }

    private mutating func perform(_ final: UInt8, _ parameters: [Int]) {
        let count = max(1, parameters.first ?? 1)
        switch Character(Unicode.Scalar(final)) {
        case "A": move(to: cursor.row - count, cursor.column)
        case "B": move(to: cursor.row + count, cursor.column)
        case "C": move(to: cursor.row, cursor.column + count)
        case "D": move(to: cursor.row, cursor.column - count)
        case "G": move(to: cursor.row, count - 1)
        case "H": move(to: count - 1, max(1, parameters.count > 1 ? parameters[1] : 1) - 1)
        case "J": eraseDown(parameters.first ?? 0)
        case "K": eraseLine(parameters.first ?? 0)
        case "P":
            cells[cursor.row].removeSubrange(cursor.column..<min(columns, cursor.column + count))
            fill(cursor.row)
        case "@":
            cells[cursor.row].insert(contentsOf: Array(repeating: " ", count: count), at: cursor.column)
            cells[cursor.row].removeLast(cells[cursor.row].count - columns)
        case "X":
            for column in cursor.column..<min(columns, cursor.column + count) {
                cells[cursor.row][column] = " "
            }
        default: break
        }
    }

    private mutating func fill(_ row: Int) {
        cells[row] += Array(repeating: " ", count: max(0, columns - cells[row].count))
    }

    private mutating func move(to row: Int, _ column: Int) {
        cursor = (min(max(row, 0), rows - 1), min(max(column, 0), columns - 1))
        wraps = false
    }

    private mutating func newline() {
        wraps = false
        guard cursor.row == rows - 1 else { return cursor.row += 1 }
        cells.removeFirst()
        cells.append(Array(repeating: " ", count: columns))
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        let width = width(scalar)
        guard width > 0 else {
            let column = wraps ? cursor.column : max(0, cursor.column - 1)
            return cells[cursor.row][column].unicodeScalars.append(scalar)
        }
        if wraps || cursor.column + width > columns {
            cursor.column = 0
            newline()
        }
        cells[cursor.row][cursor.column] = String(scalar)
        for column in (cursor.column + 1)..<max(cursor.column + 1, cursor.column + width) {
            cells[cursor.row][column] = ""
        }
        wraps = cursor.column + width == columns
        cursor.column = min(columns - 1, cursor.column + width)
    }

    private mutating func eraseLine(_ part: Int) {
        let range = part == 0 ? cursor.column..<columns : part == 1 ? 0..<(cursor.column + 1) : 0..<columns
        for column in range { cells[cursor.row][column] = " " }
    }

    private mutating func eraseDown(_ part: Int) {
        if part == 0 { eraseLine(0) }
        let range =
            part == 0 ? (cursor.row + 1)..<max(rows, cursor.row + 1) : part == 1 ? 0..<cursor.row : 0..<rows
        for row in range where row < rows { cells[row] = Array(repeating: " ", count: columns) }
    }
}
