extension Unicode.Scalar {
    /// Whether the character can control a terminal, break a line or reverse the text around it: C0, DEL, C1, line and
    /// paragraph separators, bidirectional marks.
    package nonisolated var isControl: Bool {
        switch value {
        case ..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x2029, 0x202A...0x202E, 0x2066...0x2069:
            true
        default: false
        }
    }

    fileprivate nonisolated var hexadecimal: String { String(value, radix: 16) }
}

extension String {
    /// The text with its control characters as escapes, such as `\n` and `\u{1b}`.
    package nonisolated var escapingControls: String {
        escapingControls { scalar in
            switch scalar {
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default: "\\u{\(scalar.hexadecimal)}"
            }
        }
    }

    /// JSON text with the control characters in its strings as JSON escapes, such as `\u202e`.
    package nonisolated var escapingControlsInJSON: String {
        escapingControls {
            "\\u" + String(repeating: "0", count: max(0, 4 - $0.hexadecimal.count)) + $0.hexadecimal
        }
    }

    private nonisolated func escapingControls(_ escape: (Unicode.Scalar) -> String) -> String {
        guard unicodeScalars.contains(where: \.isControl) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.isControl { text += escape(scalar) } else { text.unicodeScalars.append(scalar) }
        }
    }
}
