import Reactor

/// Removes control sequences from untrusted text.
package enum TerminalSanitizer {
    /// Control characters become symbols, such as `␛` for ESC; tabs stay. C1 characters, bidirectional marks and line
    /// separators become `�`.
    package static func text(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(sanitized(scalar)) }
        return String(result)
    }

    /// Sanitizes one character; a newline becomes `␊`.
    static func sanitized(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard isHarmful(scalar) else { return scalar }
        if scalar.value == 0x7F { return "\u{2421}" }
        guard scalar.value < 0x20 else { return "\u{FFFD}" }
        return Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool { scalar.isControl && scalar != "\t" }

    /// A URL that is safe in an escape sequence: printable ASCII, the rest percent-encoded.
    static func address(_ url: String) -> String {
        url.utf8.map { byte in
            guard byte <= 0x20 || byte >= 0x7F else { return String(Unicode.Scalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count < 2 ? "0" + digits : digits)
        }.joined()
    }
}
