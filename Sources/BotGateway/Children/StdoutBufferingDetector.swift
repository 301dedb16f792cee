/// Detects a stdout that is probably buffered: most languages collect output to a pipe until a buffer is full.
///
/// One byte, because every child has one.
struct StdoutBufferingDetector {
    /// A bot may rightly ignore one or two events.
    private static let long: UInt8 = 3
    private static let broken = UInt8.max

    /// The number of events that the child got before its first output, up to `long`; `broken` after its first output.
    private var events: UInt8 = 0

    /// The child has written something.
    var isBroken: Bool { events == Self.broken }

    /// The child was given several events and has written nothing.
    var isLong: Bool { !isBroken && events >= Self.long }

    mutating func gave(_ count: Int) {
        guard !isBroken else { return }
        events = UInt8(min(Int(events) + count, Int(Self.long)))
    }

    mutating func wasBroken() { events = Self.broken }
}
