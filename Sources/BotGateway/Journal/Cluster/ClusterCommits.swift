import JSON
import Logging
import Reactor

/// Brings commits to the server, one after another. While it refuses one, that is tried again.
@MainActor final class ClusterCommits {
    private static let retryDelay: Duration = .seconds(1)

    /// Called with the shards, and their epochs, whose changes the server has ignored.
    var onFenced: ([Int: Int64]) -> Void = { _ in }

    private let session: ClusterSession
    private let place: String
    private let loop: EventLoop
    private let log: Logger
    /// One commit each; the first one may be on its way.
    private var waiting: [JSON] = []
    private var completions: [() -> Void] = []
    private(set) var isUnderWay = false
    private(set) var isFailing = false
    private var retry: Timer?

    init(to session: ClusterSession, at place: String, on loop: EventLoop, log: Logger) {
        (self.session, self.place, self.loop, self.log) = (session, place, loop, log)
    }

    isolated deinit { retry?.cancel() }

    func add(_ changes: JSON) { waiting.append(changes) }

    /// Commits what was added. `stored` isn't called if it is dropped first.
    func commit(then stored: @escaping () -> Void) {
        completions.append(stored)
        send()
    }

    /// The session has ended: what is stored counts.
    func drop() {
        retry?.cancel()
        (waiting, completions, isUnderWay, retry) = ([], [], false, nil)
    }

    private func send() {
        // Without a session, nothing that could be stored is this gateway's.
        guard !isUnderWay, retry == nil, session.isOpen else { return }
        guard let next = waiting.first else {
            let stored = completions
            completions = []
            for completion in stored { completion() }
            return
        }
        isUnderWay = true
        session.commit(next) { [weak self] outcome in self?.returned(outcome) }
    }

    private func returned(_ outcome: Result<Set<Int>, PostgresError>) {
        isUnderWay = false
        switch outcome {
        case .success(let held):
            if isFailing { log.notice("\(place) can be written again") }
            isFailing = false
            let ignored = Self.epochs(in: waiting.removeFirst()).filter { !held.contains($0.key) }
            if !ignored.isEmpty { onFenced(ignored) }
            send()
        case .failure(let error):
            if !isFailing {
                log.error(
                    """
                    can't write the journal \(place): \(error). No update is accepted until that works; Telegram \
                    keeps updates for a day
                    """)
            }
            isFailing = true
            retry = loop.after(Self.retryDelay) { [weak self] in
                self?.retry = nil
                self?.send()
            }
        }
    }

    /// The shards that a commit is meant for.
    private static func epochs(in changes: JSON) -> [Int: Int64] {
        let epochs = (changes["held"]?.elements ?? []).compactMap { shard in
            shard["id"]?.integer.flatMap { id in shard["epoch"]?.integer.map { (Int(id), $0) } }
        }
        return Dictionary(uniqueKeysWithValues: epochs)
    }
}
