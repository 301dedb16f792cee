extension StringProtocol {
    /// Whether the text consists of white space and zero-width characters: Telegram takes it for empty.
    package var isInvisible: Bool {
        unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x20, 0x0A, 0xA0, 0x1680, 0x180E, 0x2000...0x200F, 0x202E, 0x202F, 0x205F, 0x2800, 0x3000,
                0xFEFF,
                0xFFFC, 0xE0000...0xE007F:
                true
            default: false
            }
        }
    }
}
