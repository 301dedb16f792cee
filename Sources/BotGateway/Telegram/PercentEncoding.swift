/// The escapes of URLs, such as `%20`.
///
/// - SeeAlso: RFC 3986, section 2.1
enum PercentEncoding {
    /// Nil where the text has none, or what comes out isn't UTF-8.
    static func decode(_ text: String) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return nil }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2,
                digits.allSatisfy({ Character(.init($0)).isHexDigit }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// A path whose every character means itself; the slashes between its parts stay.
    static func encode(path: String) -> String {
        path.utf8.reduce(into: "") { encoded, byte in
            let character = Character(.init(byte))
            let isPlain =
                byte < 0x80 && (character.isLetter || character.isNumber || "-._~/".contains(character))
            let digits = String(byte, radix: 16, uppercase: true)
            encoded += isPlain ? String(character) : "%\(digits.count == 1 ? "0" : "")\(digits)"
        }
    }
}
