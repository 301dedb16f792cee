/// The size of a PNG, GIF, JPEG or WebP picture in pixels, from the start of its file.
struct ImageSize: Equatable {
    let width: Int
    let height: Int

    init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
    }

    /// Nil for any other format, and for a truncated header.
    init?(_ bytes: [UInt8]) {
        func big(_ start: Int) -> Int { Int(bytes[start]) << 8 | Int(bytes[start + 1]) }
        func little(_ start: Int) -> Int { Int(bytes[start + 1]) << 8 | Int(bytes[start]) }
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]), bytes.count >= 24 {
            self.init(width: big(16) << 16 | big(18), height: big(20) << 16 | big(22))
        } else if bytes.starts(with: "GIF8".utf8), bytes.count >= 10 {
            self.init(width: little(6), height: little(8))
        } else if bytes.starts(with: "RIFF".utf8), bytes.count >= 30, bytes[12...14].elementsEqual("VP8".utf8)
        {
            self.init(webP: bytes)
        } else if bytes.starts(with: [0xFF, 0xD8]) {
            self.init(jpeg: bytes)
        } else {
            return nil
        }
    }

    private init?(webP bytes: [UInt8]) {
        func little(_ start: Int) -> Int { Int(bytes[start + 1]) << 8 | Int(bytes[start]) }
        switch bytes[15] {
        case UInt8(ascii: " "): self.init(width: little(26) & 0x3FFF, height: little(28) & 0x3FFF)
        case UInt8(ascii: "X"): self.init(width: little(24) + 1, height: little(27) + 1)
        default: return nil
        }
    }

    /// The size is in the header of the first frame, after segments of any length.
    private init?(jpeg bytes: [UInt8]) {
        var start = 2
        while start + 9 <= bytes.count, bytes[start] == 0xFF {
            let marker = bytes[start + 1]
            let length = Int(bytes[start + 2]) << 8 | Int(bytes[start + 3])
            if 0xC0...0xCF ~= marker, ![0xC4, 0xC8, 0xCC].contains(marker) {
                let height = Int(bytes[start + 5]) << 8 | Int(bytes[start + 6])
                self.init(width: Int(bytes[start + 7]) << 8 | Int(bytes[start + 8]), height: height)
                return
            }
            start += 2 + max(length, 2)
        }
        return nil
    }
}
