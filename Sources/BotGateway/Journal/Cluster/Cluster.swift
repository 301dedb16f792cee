import Glibc
import JSON
import Logging
import Reactor

/// This gateway's part of a cluster: gateways on several machines that share one journal in PostgreSQL.
///
/// The journal has 16 shards, and each scope belongs to one of them. A gateway holds some shards, by locks that the server
/// frees when its sessions end, and one of the gateways polls. What it holds is mirrored in its own `DiskJournal`, so that
/// reading never waits; changes are committed at the server.
@MainActor package final class Cluster: JournalServer {
    /// The number of the lock for polling.
    nonisolated static let poll = -1
    private static let interval: Duration = .seconds(2)
    /// In this time, a gateway that starts gets its home shards.
    private static let standbyDelay: Duration = .milliseconds(500)
    private static let retryDelay: Duration = .seconds(1)
    /// No call is sent if the server hasn't confirmed the locks for that long.
    private static let longestStall: Duration = .seconds(15)

    package weak var member: (any ClusterMember)?
    /// What it holds is mirrored there. Set it before `start`.
    package unowned var journal: DiskJournal!

    let address: ClusterAddress
    let loop: EventLoop
    let log: Logger
    private let session: ClusterSession
    private var locks: [ShardLock] = []
    var shards = HeldShards()
    private let commits: ClusterCommits
    private var timers = Timers()
    /// The most shards that it keeps while others have fewer.
    private var share = Scope.shardCount
    private var troubles: ClusterTroubles

    private struct Timers {
        var next: Timer?
        var drain: Timer?
        /// The shards that were lost and aren't reported yet.
        var lost: Set<Int> = []
        /// The gateway is stopping: what it gives back, it doesn't want again.
        var isStopping = false
    }

    package init(
        at address: ClusterAddress, bot: Int64, redeliveryWindow: Int, on loop: EventLoop, log: Logger
    ) throws(GatewayFailure) {
        (self.address, self.loop, self.log) = (address, loop, log)
        session = ClusterSession(at: address, bot: bot, redeliveryWindow: redeliveryWindow, on: loop)
        commits = ClusterCommits(to: session, at: address.place, on: loop, log: log)
        troubles = ClusterTroubles(at: address.place, log: log)
        try session.open()
        session.onEnd = { [unowned self] in sessionEnded($0) }
        commits.onFenced = { [unowned self] in fenced($0) }
        session.onNews = { [unowned self] in read() }
    }

    package var place: String { address.place }

    /// Begins to take shards.
    package func start() {
        locks = (Self.poll..<Scope.shardCount).map { shard in
            ShardLock(shard, at: address.url, as: ClusterSession.lockName + session.name, on: loop) {
                [unowned self] in
                switch $0 {
                case .taken(let lock): lockTaken(lock)
                case .lost: lost([shard])
                case .failed(let error): if session.isOpen { troubles.lockFailed(error) }
                }
            }
        }
        enter()
    }

    /// Takes its home shards at once, and waits for the others.
    private func enter() {
        session.start { [weak self] members in
            guard let self else { return }
            for lock in locks where !timers.isStopping {
                let isHome = max(lock.shard, 0) % members.heard == members.place
                lock.want(after: isHome ? .zero : Self.standbyDelay)
            }
            lookLater()
        }
    }

    private func lookLater(_ delay: Duration = Cluster.interval) {
        timers.next?.cancel()
        timers.next = loop.after(delay) { [weak self] in self?.look() }
    }

    /// Gives a shard away if others have less than their share. A lost notification costs no more than this interval.
    private func look() {
        read()
        session.endSilentWaiters()
        session.members { [weak self] in self?.compare(with: $0) }
    }

    private func compare(with members: ClusterSession.Members) {
        member?.confirmed()
        lookLater()
        share = (Scope.shardCount + members.heard - 1) / members.heard
        // A silent gateway may be the next in a lock's queue.
        guard members.silent == 0, shards.count > share, !timers.isStopping else { return }
        if let shard = shards.next(of: members.wanted) { drain(shard) }
    }

    /// A gateway that was frozen may have lost its shards to another one and not know it.
    package var isCertain: Bool {
        let limit = Instant.current - Self.longestStall
        return locks.allSatisfy { lock in lock.confirmed.map { $0 > limit } ?? true }
    }

    // MARK: shards

    private func lockTaken(_ lock: ShardLock) {
        let (shard, turn) = (lock.shard, lock.turn)
        troubles.lockTaken()
        session.take(shard) { [weak self] taken in
            // Meanwhile the lock may have been lost, and got again.
            guard let self, lock.isHeld, lock.turn == turn else { return }
            shards.take(shard, epoch: taken.epoch)
            // It was on its way when the gateway began to stop.
            guard !timers.isStopping else { return giveBack(shard) }
            guard shard != Self.poll else { return elected(from: taken.offset) }
            log.info("took shard \(shard), epoch \(taken.epoch)")
            let calls = journal.load(taken)
            let now = JournalMetadata.now
            let holds = taken.holds.map {
                ($0.chat, min(Duration.milliseconds($0.until - now), .seconds(86_400)))
            }
            member?.shardTaken(calls, holds: holds, moved: taken.moved)
            read()
        }
    }

    private func elected(from offset: Int64?) {
        log.info("polls from now on")
        member?.elected(from: offset)
    }

    private func lost(_ numbers: [Int]) {
        // What is to be committed belongs to the epochs until now.
        journal.flush()
        let gone = Set(numbers.filter { shards.lose($0) })
        guard !gone.isEmpty else { return }
        if gone.contains(Self.poll) { member?.deposed() }
        guard gone != [Self.poll] else { return }
        reportLost(gone)
        member?.shardsLost(gone)
        journal.drop(gone)
    }

    /// Shards are mostly lost together, but each on its own session.
    private func reportLost(_ gone: Set<Int>) {
        if timers.lost.isEmpty {
            loop.after(.milliseconds(100)) { [weak self] in
                guard let self else { return }
                let shards = timers.lost.sorted().map(String.init).joined(separator: ", ")
                log.warning(
                    "lost shards \(shards): their children were killed, and their events will be redelivered")
                timers.lost = []
            }
        }
        timers.lost.formUnion(gone.subtracting([Self.poll]))
    }

    /// Reads the events that are new in its shards.
    private func read() {
        guard !shards.isEmpty else { return }
        session.events(in: shards.readable) { [weak self] events in
            guard let self else { return }
            let new = shards.accept(events)
            journal.load(new)
            if !new.isEmpty { member?.eventsArrived(new) }
        }
    }

    // MARK: giving back

    /// Gives a shard to another gateway once its children have finished.
    private func drain(_ shard: Int) {
        shards.leave([shard])
        member?.drain([shard])
        checkDrained()
    }

    private func checkDrained() {
        timers.drain?.cancel()
        for shard in shards.leaving where member?.hasLeft(shard) ?? true { giveBack(shard) }
        guard !shards.leaving.isEmpty else { return }
        timers.drain = loop.after(.milliseconds(50)) { [weak self] in self?.checkDrained() }
    }

    private func giveBack(_ shard: Int) {
        journal.flush()
        let epoch = shards.epoch(of: shard)
        _ = shards.lose(shard)
        member?.shardsLost([shard])
        journal.drop([shard])
        commit { [weak self] in
            self?.session.release(shard, epoch: epoch) { self?.released(shard) }
        }
    }

    private func released(_ shard: Int) {
        guard let lock = locks.first(where: { $0.shard == shard }) else { return }
        if shard != Self.poll { log.info("gave shard \(shard) back") }
        lock.close()
        guard !timers.isStopping else { return }
        lock.want(after: .zero)
        // Two gateways with one shard too many, while a third one starts, would pass it to and fro.
        if shards.count > share + 1 { lookLater(.milliseconds(200)) }
    }

    /// The gateway is stopping: gives each shard back as soon as its children have finished.
    package func stop() {
        timers.isStopping = true
        session.stopTaking()
        for lock in locks where !lock.isHeld { lock.close() }
        if shards.epochs[Self.poll] != nil { giveBack(Self.poll) }
        shards.leave(shards.numbers)
        checkDrained()
    }

    /// Gives everything back and ends the sessions.
    ///
    /// - Parameter clean: no child may still hold an event.
    package func close(clean: Bool) {
        timers.isStopping = true
        timers.next?.cancel()
        timers.drain?.cancel()
        var left = 1
        commit { [self] in
            left -= 1
            guard clean else { return }
            for shard in shards.all {
                left += 1
                session.release(shard, epoch: shards.epoch(of: shard)) { left -= 1 }
            }
        }
        if !loop.run(until: { left == 0 || !session.isOpen }, within: DiskJournal.patience) || left > 0 {
            log.error("can't write the last changes to \(place): some events will be redelivered")
        }
        for lock in locks { lock.close() }
        session.close()
    }

    // MARK: commits

    package var isCommitting: Bool { commits.isUnderWay }
    package var isFailing: Bool { commits.isFailing }

    package func add(_ changes: JournalChanges) {
        commits.add(ClusterChanges.json(changes, held: shards.epochs))
    }

    package func commit(then stored: @escaping () -> Void) { commits.commit(then: stored) }

    /// Another gateway has these shards: their locks are lost, and this gateway didn't know yet.
    private func fenced(_ epochs: [Int: Int64]) {
        let fenced = epochs.filter { shards.epochs[$0.key] == $0.value }.map(\.key)
        lost(fenced)
        for lock in locks where fenced.contains(lock.shard) {
            lock.close()
            lock.want(after: Self.retryDelay)
        }
    }

    // MARK: the session

    /// Without its session it can't commit: another gateway shall go on.
    private func sessionEnded(_ error: PostgresError) {
        let outlook = timers.isStopping ? "the last changes are lost" : "trying again until it is back"
        log.error("lost PostgreSQL at \(place): \(error.sentence); \(outlook)")
        timers.next?.cancel()
        timers.drain?.cancel()
        for lock in locks { lock.close() }
        lost(shards.all)
        commits.drop()
        if !timers.isStopping { reopen() }
    }

    private func reopen() {
        timers.next = loop.after(Self.retryDelay) { [weak self] in
            self?.session.reopen { self?.reopened($0) }
        }
    }

    private func reopened(_ failure: GatewayFailure?) {
        guard failure == nil else {
            troubles.failed(failure)
            return reopen()
        }
        troubles.ended()
        commits.drop()
        enter()
    }
}
