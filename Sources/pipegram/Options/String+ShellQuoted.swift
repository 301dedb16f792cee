extension String {
    /// The string quoted for a shell, if it needs quotes.
    var shellQuoted: String {
        let isPlain = utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "-")...UInt8(ascii: ":"):
                true
            default: $0 >= 0x80 || "_=,@+%".utf8.contains($0)
            }
        }
        return isPlain && !isEmpty ? self : "'\(replacing("'", with: #"'\''"#))'"
    }
}
