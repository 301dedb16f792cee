/// Percent-encoding in URLs, such as `%20`.
///
/// - SeeAlso: RFC 3986, section 2.1
package enum PercentEncoding {
    /// Decodes `%41` to `A`; a `%` without two hexadecimal digits is kept. Bytes that aren't UTF-8 become U+FFFD.
    package static func decode(_ text: String) -> String { String(decoding: bytes(of: text), as: UTF8.self) }

    /// Like `decode`, but nil if the bytes aren't UTF-8.
    package static func decodeValidating(_ text: String) -> String? {
        String(validating: bytes(of: text), as: UTF8.self)
    }

    private static func bytes(of text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2).compactMap { Character(UnicodeScalar($0)).hexDigitValue }
            if byte == UInt8(ascii: "%"), digits.count == 2 {
                bytes.append(UInt8(digits[0] * 16 + digits[1]))
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// Encodes a path's special characters; slashes are kept.
    package static func encode(path: String) -> String {
        path.utf8.reduce(into: "") { encoded, byte in
            let character = Character(.init(byte))
            let isPlain =
                byte < 0x80 && (character.isLetter || character.isNumber || "-._~/".contains(character))
            let digits = String(byte, radix: 16, uppercase: true)
            encoded += isPlain ? String(character) : "%\(digits.count == 1 ? "0" : "")\(digits)"
        }
    }
}
