import Reactor

/// A picture in kitty's graphics protocol: https://sw.kovidgoyal.net/kitty/graphics-protocol/
enum KittyPicture {
    /// The protocol's maximum of base64 characters per escape sequence.
    private static let chunk = 4096

    static func isPNG(_ bytes: [UInt8]) -> Bool {
        bytes.count > 24 && bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    }

    /// The escape sequences that draw a PNG at the cursor, scaled down to `columns`. The cursor ends up below the
    /// picture.
    static func escapes(png: [UInt8], columns: Int) -> String {
        // Assumes 10 pixels per column, so that small icons aren't enlarged.
        let width = png[16..<20].reduce(0) { $0 << 8 | Int($1) }
        let scale = width > columns * 10 ? ",c=\(columns)" : ""
        var rest = Base64.text(png)[...]
        var escapes = ""
        var keys = "f=100,a=T,q=2\(scale),"
        repeat {
            let part = rest.prefix(chunk)
            rest = rest.dropFirst(chunk)
            escapes += EscapeSequence.graphics(
                "\(keys)m=\(rest.isEmpty ? 0 : 1)", String(decoding: part, as: UTF8.self))
            keys = ""
        } while !rest.isEmpty
        return escapes
    }
}
