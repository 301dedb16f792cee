/// A 64-bit fingerprint of bytes, SipHash-2-4. It can't be computed or guessed without the key.
///
/// - SeeAlso: https://www.aumasson.jp/siphash/siphash.pdf
package struct SipHash {
    /// 128 bits.
    package typealias Key = (UInt64, UInt64)

    private let key: Key

    package init(key: Key) { self.key = key }

    package func callAsFunction(_ bytes: some Collection<UInt8>) -> UInt64 {
        var state = State(key)
        var (word, count) = (UInt64(0), 0)
        for byte in bytes {
            word |= UInt64(byte) << UInt64(8 * (count % 8))
            count += 1
            guard count.isMultiple(of: 8) else { continue }
            state.take(word)
            word = 0
        }
        state.take(word | UInt64(truncatingIfNeeded: count) << 56)
        return state.end()
    }

    private struct State {
        private var v0, v1, v2, v3: UInt64

        init(_ key: Key) {
            v0 = key.0 ^ 0x736F_6D65_7073_6575
            v1 = key.1 ^ 0x646F_7261_6E64_6F6D
            v2 = key.0 ^ 0x6C79_6765_6E65_7261
            v3 = key.1 ^ 0x7465_6462_7974_6573
        }

        mutating func take(_ word: UInt64) {
            v3 ^= word
            for _ in 0..<2 { mix() }
            v0 ^= word
        }

        mutating func end() -> UInt64 {
            v2 ^= 0xFF
            for _ in 0..<4 { mix() }
            return v0 ^ v1 ^ v2 ^ v3
        }

        private mutating func mix() {
            v0 &+= v1
            v2 &+= v3
            v1 = Self.rotate(v1, 13) ^ v0
            v3 = Self.rotate(v3, 16) ^ v2
            v0 = Self.rotate(v0, 32)
            v2 &+= v1
            v0 &+= v3
            v1 = Self.rotate(v1, 17) ^ v2
            v3 = Self.rotate(v3, 21) ^ v0
            v2 = Self.rotate(v2, 32)
        }

        private static func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 {
            word << bits | word >> (64 - bits)
        }
    }
}
