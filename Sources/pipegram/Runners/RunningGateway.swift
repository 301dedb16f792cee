import BotGateway
import Glibc
import Reactor

/// The parts of a gateway whose bot is signed in.
@MainActor struct RunningGateway {
    let source: any TelegramSource
    let caller: TelegramCaller
    let children: Children
    let journal: DiskJournal
}

/// How it is doing now.
extension RunningGateway {
    /// A poll's 50 s, its patience of 10 s, and half as much again.
    private static let longestSilence: Int64 = 90

    /// Why it isn't ready; nil if it is.
    var reasonNotReady: String? {
        let problem = source.isWebhook ? "nothing came from Telegram" : "no poll was answered"
        guard let last = source.lastAnswer else { return "\(problem) yet" }
        let silence = Int64(time(nil)) - last
        if silence > Self.longestSilence { return "\(problem) for \(silence) s" }
        return journal.isFailing ? "the journal can't be written" : nil
    }

    /// The number of unacknowledged events.
    private var backlog: Int {
        children.isRecovering ? journal.eventCount ?? children.backlog : children.backlog
    }

    func writeGauges(to text: inout MetricsText) {
        text.gauge(
            "pipegram_children", "Scopes by their child's state.", by: "state",
            children.states.map { ($0.name, $0.count) })
        text.gauge("pipegram_backlog_events", "Events that aren't acknowledged yet.", backlog)
        text.gauge("pipegram_pending_calls", "Calls without a result.", caller.pending)
        text.gauge(
            "pipegram_rate_limited_chats", "Rate-limited chats.", caller.holds.count)
        if let count = journal.deadLetterCount {
            text.gauge("pipegram_dead_letters", "Events set aside.", count)
        }
        text.counter("pipegram_poll_errors", "Polls that failed.", source.errors)
        if let last = source.lastAnswer {
            text.gauge(
                "pipegram_last_poll_timestamp_seconds", "When a poll was last answered.", Int(last))
        }
        text.gauge(
            "pipegram_journal_writable", "Whether the journal could be written last time.",
            journal.isFailing ? 0 : 1)
        text.histogram(
            "pipegram_journal_commit_duration_seconds", "Time that a commit to the journal took.",
            journal.commitTimes)
    }
}
