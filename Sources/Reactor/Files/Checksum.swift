import CSystem

/// A checksum that detects accidental corruption, not forgery: 64-bit FNV-1a.
package struct Checksum: Equatable {
    package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    package init() {}

    package init(of bytes: [UInt8]) {
        bytes.withUnsafeBytes { add($0) }
    }

    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        value = fnv1a(value, bytes.baseAddress, bytes.count)
    }
}
