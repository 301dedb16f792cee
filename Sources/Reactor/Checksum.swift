import CSystem

/// Tells bytes apart that went astray, not those that somebody forged: FNV-1a, 64 bits.
public struct Checksum: Equatable {
    public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    public init() {}

    public init(of bytes: [UInt8]) {
        bytes.withUnsafeBytes { add($0) }
    }

    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        value = fnv1a(value, bytes.baseAddress, bytes.count)
    }
}
