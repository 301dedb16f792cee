import JSON
import Reactor
import TestSupport

@testable import BotGateway

/// Performs random operations on the queue, the in-flight window and the journal, and checks the guarantees of
/// delivery:
///
/// - Nothing is lost: each stored event is finally acknowledged or a dead letter. No event is acknowledged unless a
///   child has read all of it.
/// - Order: a child gets its scope's first event that is neither acknowledged nor already given to it.
/// - Redelivered events are marked: an event that a child had begun to read is marked for later children.
///
/// Children crash, and gateways are killed between two commits. The seed determines everything.
final class DeliveryModel {
    private static let chats: Int64 = 4

    /// The model's view of a child.
    private struct Seen {
        let child: FakeChild
        var lines: [(updateID: Int64, start: Int, end: Int)] = []
        var parsedUpTo = 0
        var acknowledged: Set<Int64> = []
    }

    let seed: UInt64
    let policy: ChildPolicy
    private(set) var operations = 0
    private(set) var faults: [String] = []
    /// The number of operations of each kind, so that a test can check that each kind occurs.
    private(set) var counts: [String: Int] = [:]

    private var random: SeededRandom
    private var stage: FakeChildren
    private var journal: FakeJournal
    private var seen: [Seen] = []
    private var lastID: Int64 = 0
    /// The number of children that had begun to read an event.
    private var begun: [Int64: Int] = [:]
    /// The number of children that exited with 0 without having read anything of an event that was their first.
    private var unread: [Int64: Int] = [:]
    private var read: Set<Int64> = []
    private var answered = 0

    init(seed: UInt64, acknowledgement: ChildPolicy.Acknowledgement) throws {
        self.seed = seed
        random = SeededRandom(seed: seed)
        var policy = ChildPolicy()
        policy.acknowledgement = acknowledgement
        policy.maxChildren = 3
        policy.idleTimeout = .seconds(30)
        self.policy = policy
        journal = FakeJournal()
        journal.commitsAtOnce = false
        stage = try TestRig().fakeChildren(keepingIn: journal) { $0 = policy }
        watch()
    }

    /// Performs this many operations. From time to time, lets all deliveries finish.
    func run(_ count: Int) throws {
        while operations < count, faults.isEmpty {
            try operate()
            operations += 1
            if operations.isMultiple(of: 1000) { settle() }
        }
        settle()
    }

    // MARK: operations

    private func operate() throws {
        switch random.below(1000) {
        case ..<250: say()
        case ..<560: readSome()
        case ..<680: acknowledge()
        case ..<740: call()
        case ..<820: answer()
        case ..<860: exit()
        case ..<940: commit()
        case ..<980: wait(.milliseconds(random.below(3000)))
        case ..<990: wait(.seconds(40))
        case ..<995: note("reload", stage.children.reload())
        default: try crash()
        }
    }

    private func note(_ what: String, _: Void) { counts[what, default: 0] += 1 }

    private func say() {
        note("say", ())
        lastID = stage.say("x", in: 1 + Int64(random.below(Int(Self.chats))))
    }

    private var living: [Int] { seen.indices.filter { !seen[$0].child.hasExited } }

    private func pick() -> Int? {
        let living = living
        return living.isEmpty ? nil : living[random.below(living.count)]
    }

    private func readSome() {
        guard let index = pick(), seen[index].child.unread > 0 else { return }
        note("read", ())
        let child = seen[index].child
        let before = child.readUpTo
        // Counted first, because reading may cause further input, which is checked at once.
        let isAll = random.below(3) > 0
        let bytes = isAll ? child.unread : 1 + random.below(child.unread)
        noteRead(index, from: before, to: before + bytes)
        child.read(bytes: bytes)
    }

    private func noteRead(_ index: Int, from before: Int, to after: Int) {
        for line in seen[index].lines {
            if line.start >= before, line.start < after { begun[line.updateID, default: 0] += 1 }
            if line.end > before, line.end <= after { read.insert(line.updateID) }
        }
    }

    private func acknowledge() {
        guard case .event = policy.acknowledgement, let index = pick() else { return }
        let upTo = seen[index].child.readUpTo
        let open = seen[index].lines.filter {
            $0.end <= upTo && !seen[index].acknowledged.contains($0.updateID)
        }
        guard !open.isEmpty else { return }
        note("acknowledge", ())
        let event = open[random.below(open.count)]
        let isAlone = random.below(3) == 0
        for line in open where isAlone ? line.start == event.start : line.start <= event.start {
            seen[index].acknowledged.insert(line.updateID)
        }
        seen[index].child.write(
            #"{"type":"telegram.ack","update_id":\#(event.updateID),"only":\#(isAlone)}"#)
    }

    private func call() {
        guard let index = pick() else { return }
        note("call", ())
        seen[index].child.send("y", id: random.below(2) == 0 ? 1 : nil)
    }

    private func answer() {
        guard answered < stage.calls.count else { return }
        note("answer", ())
        answered += 1
        stage.calls[answered - 1].reply(.success(true))
    }

    private func exit() {
        guard let index = pick() else { return }
        note("exit", ())
        let status: Int32 = random.below(2) == 0 ? 0 : 1
        if status == 0, let first = seen[index].lines.first, first.end > seen[index].child.readUpTo {
            unread[first.updateID, default: 0] += 1
        }
        seen[index].child.exit(status: status)
    }

    private func commit() {
        note("commit", ())
        journal.commit()
    }

    private func wait(_ duration: Duration) {
        note("wait", ())
        stage.wait(duration)
    }

    /// Simulates a kill -9 of the gateway: its children die, and the next gateway has only what was committed.
    private func crash() throws {
        note("crash", ())
        journal = journal.afterCrash(redeliveryWindow: policy.redeliveryWindow)
        seen = []
        answered = 0
        stage = try TestRig().fakeChildren(keepingIn: journal, after: lastID) { [policy] in $0 = policy }
        watch()
        stage.children.start()
    }

    // MARK: guarantees

    private func fault(_ words: String) { faults.append("seed \(seed), operation \(operations): \(words)") }

    private func watch() {
        stage.onStart { [unowned self] child in
            let index = seen.count
            seen.append(Seen(child: child))
            child.onInput = { [unowned self] _ in noteInput(index) }
        }
        journal.onAcknowledge = { [unowned self] event in
            if !read.contains(event.updateID) {
                fault("update \(event.updateID) is acknowledged, and no child has read it")
            }
        }
        journal.onDeadLetter = { [unowned self] event in
            let children = begun[event.updateID, default: 0] + unread[event.updateID, default: 0]
            if children < 3 {
                fault("update \(event.updateID) is a dead letter after \(children) children")
            }
        }
    }

    private func noteInput(_ index: Int) {
        let input = seen[index].child.input
        while let end = input[seen[index].parsedUpTo...].firstIndex(of: UInt8(ascii: "\n")) {
            let start = seen[index].parsedUpTo
            seen[index].parsedUpTo = end + 1
            guard let line = try? JSON(parsing: input[start..<end]), let id = line["update_id"]?.integer,
                let chat = line["chat"]?["id"]?.integer
            else { continue }
            check(id, of: .chat(chat), isMarked: line["redelivered"]?.bool == true, givenTo: index)
            seen[index].lines.append((id, start, end + 1))
        }
    }

    private func check(_ id: Int64, of scope: Scope, isMarked: Bool, givenTo index: Int) {
        let given = Set(seen[index].lines.map(\.updateID))
        let expected = journal.pending(of: scope).first { !given.contains($0.updateID) }?.updateID
        if id != expected {
            fault("update \(id) was given, expected \(expected.map { "\($0)" } ?? "nothing")")
        }
        if begun[id, default: 0] > 0, !isMarked { fault("update \(id) comes again unmarked") }
    }

    /// Lets all children work and time pass until nothing is left.
    private func settle() {
        var rounds = 0
        while journal.hasPending, faults.isEmpty {
            rounds += 1
            guard rounds < 2000 else {
                return fault("\(journal.stored.events.count) events never come to an end")
            }
            journal.commit()
            while answered < stage.calls.count { answer() }
            for index in living { finish(index) }
            stage.wait(.milliseconds(rounds.isMultiple(of: 20) ? 61_000 : 100))
        }
        journal.commit()
        // These events are finished and not checked again.
        begun = [:]
        unread = [:]
        read = []
        forgetExited()
    }

    private func finish(_ index: Int) {
        let child = seen[index].child
        if child.unread > 0 {
            noteRead(index, from: child.readUpTo, to: child.input.count)
            child.readAll()
        }
        switch policy.acknowledgement {
        case .event:
            guard let last = seen[index].lines.last(where: { $0.end <= child.readUpTo }),
                seen[index].acknowledged.insert(last.updateID).inserted
            else { break }
            child.write(#"{"type":"telegram.ack","update_id":\#(last.updateID)}"#)
        case .exit: child.exit()
        case .auto: break
        }
        if child.isInputEnded { child.exit() }
    }

    private func forgetExited() {
        // Children are numbered by index, so they can only be forgotten all at once.
        guard living.isEmpty else { return }
        seen = seen.filter { !$0.child.hasExited }
    }
}
