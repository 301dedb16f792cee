/// Whether a child may have spoken unheard: most languages keep what a program prints to a pipe until it is much.
///
/// One byte, for every child has one.
struct StdoutBufferingDetector {
    /// One or two events may well be none of its business.
    private static let long: UInt8 = 3
    private static let broken = UInt8.max

    /// How many events it was given while it said nothing.
    private var events: UInt8 = 0

    /// It has said something, and so is heard.
    var isBroken: Bool { events == Self.broken }

    /// It was given several events and has said nothing at all.
    var isLong: Bool { !isBroken && events >= Self.long }

    mutating func gave(_ count: Int) {
        guard !isBroken else { return }
        events = UInt8(min(Int(events) + count, Int(Self.long)))
    }

    mutating func wasBroken() { events = Self.broken }
}
