import Glibc
import Reactor

/// All that passes through the simulator, in order: each update, call with its answer, action of a bot that users see,
/// action of a user, and new bot; in `chat --web` also each line of the bot's program. The page shows it, and learns
/// from it that a chat changed.
final class TrafficLog {
    let log: NumberedLog

    init(on loop: EventLoop) { log = NumberedLog(on: loop, limit: 2_000, byteLimit: 16 << 20) }

    /// Adds `{"at":…,"<kind>":…,"ms":…}`.
    ///
    /// - Parameters:
    ///   - bot: the bot's id; nil for none.
    ///   - object: the JSON of the update, call or action.
    ///   - time: how long a call took.
    func add(_ kind: String, bot: Int64? = nil, _ object: [UInt8], took time: Duration? = nil) {
        let milliseconds = time.map { ",\"ms\":\(Double($0.nanoseconds / 1_000) / 1_000)" } ?? ""
        let start = Array("{\"at\":\(Self.now),\"\(kind)\":".utf8)
        log.add(kind, bot: bot, chat: nil, start + object + Array("\(milliseconds)}".utf8))
    }

    /// Drops all entries, and tells the page.
    func removeAll() {
        log.removeAll()
        add("reset", Array("{}".utf8))
    }

    /// Unix time in milliseconds.
    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
