import JSON
import TestSupport
import Testing

@testable import BotGateway

@Suite(.ownProcess) struct DiskJournalTests {
    @Test func `stored events survive a kill, in order`() throws {
        let test = try TestRig().journal()
        try test.append([1, 2], offset: 3)
        try test.append([3], in: 43, offset: 4)
        test.kill()
        try test.open()
        #expect(try test.journal.offset() == 4)
        let events = try test.earlier()
        #expect(events.map(\.scope) == [.chat(42), .chat(43)])
        #expect(events.map(\.count) == [2, 1])
        #expect(try test.waiting().map(\.updateID) == [1, 2])
        #expect(try test.waiting(in: 43).map(\.line) == [test.event(3, in: 43).line])
    }

    @Test func `nothing is stored before the commit is reported`() throws {
        let test = try TestRig().journal()
        var isStored = false
        try test.journal.append([test.event(1)], offset: 2) { _ in isStored = true }
        #expect(!isStored)
        test.kill()
        try test.open()
        #expect(try test.earlier().isEmpty)
        #expect(try test.journal.offset() == nil)
    }

    @Test func `an acknowledged event is deleted, and no other`() throws {
        let test = try TestRig().journal()
        let events = try test.append([1, 2, 3])
        try test.journal.acknowledge(events[1])
        try test.commit()
        test.kill()
        try test.open()
        #expect(try test.waiting().map(\.updateID) == [1, 3])
    }

    @Test func `an event and its child's earlier calls are committed together`() throws {
        let test = try TestRig().journal()
        let events = try test.append([1])
        let call = try test.call("answer")
        _ = try test.journal.add(call, for: .chat(42))
        try test.journal.acknowledge(events[0])
        try test.commit()
        test.kill()
        try test.open()
        let calls = try test.journal.recoveredCalls()
        #expect(try test.earlier().isEmpty)
        #expect(calls.map(\.scope) == [.chat(42)])
        #expect(calls.first?.call.parameters == call.parameters)
        #expect(calls.first?.call.method == "sendMessage")
    }

    @Test func `an answered call is deleted, whether of this run or of an earlier one`() throws {
        let test = try TestRig().journal()
        let keys = try ["a", "b"].map { try test.journal.add(try test.call($0), for: .chat(42)) }
        try test.commit()
        try test.journal.remove(call: keys[0])
        try test.commit()
        test.kill()
        try test.open()
        let left = try test.journal.recoveredCalls()
        #expect(left.map { $0.call.parameters["text"] } == ["b"])
        try test.journal.remove(call: left[0].key)
        try test.commit()
        test.kill()
        try test.open()
        #expect(try test.journal.recoveredCalls().isEmpty)
    }

    @Test func `state is kept, replaced and deleted`() throws {
        let test = try TestRig().journal()
        try test.journal.setState(["count": 1], of: .chat(42))
        try test.journal.setState(["count": 2], of: .chat(42))
        try test.journal.setState("x", of: .user(7))
        #expect(try test.journal.state(of: .chat(42)) == ["count": 2])
        try test.commit()
        test.kill()
        try test.open()
        #expect(try test.journal.state(of: .chat(42)) == ["count": 2])
        try test.journal.setState(nil, of: .chat(42))
        #expect(try test.journal.state(of: .chat(42)) == nil)
        try test.commit()
        test.kill()
        try test.open()
        #expect(try test.journal.state(of: .chat(42)) == nil)
        #expect(try test.journal.state(of: .user(7)) == "x")
    }

    @Test func `after a kill each scope's first events are marked`() throws {
        let test = try TestRig().journal(redeliveryWindow: 2)
        try test.append([1, 2, 3, 4])
        try test.append([5], in: 43)
        test.kill()
        try test.open(redeliveryWindow: 2)
        #expect(try test.waiting().map(\.isRedelivered) == [true, true, false, false])
        #expect(try test.waiting(in: 43).map(\.isRedelivered) == [true])
        try test.append([6])
        #expect(try test.waiting().map(\.isRedelivered) == [true, true, false, false, false])
    }

    @Test func `after a clean stop no event is marked`() throws {
        let test = try TestRig().journal()
        try test.append([1, 2])
        try test.stop()
        try test.open()
        #expect(try test.waiting().map(\.isRedelivered) == [false, false])
    }

    @Test func `a marked event that wasn't delivered stays marked after a clean stop`() throws {
        let test = try TestRig().journal()
        try test.append([1])
        test.kill()
        try test.open()
        try test.stop()
        try test.open()
        #expect(try test.waiting().map(\.isRedelivered) == [true])
    }

    @Test func `a smaller redelivery window doesn't unmark events`() throws {
        let test = try TestRig().journal(redeliveryWindow: 4)
        try test.append([1, 2, 3, 4, 5])
        test.kill()
        try test.open(redeliveryWindow: 1)
        test.kill()
        try test.open(redeliveryWindow: 1)
        try test.stop()
        try test.open(redeliveryWindow: 1)
        #expect(try test.waiting().map(\.isRedelivered) == [true, true, true, true, false])
    }

    @Test func `the redelivery window spans several reads`() throws {
        let test = try TestRig().journal(redeliveryWindow: 3)
        try test.append([1, 2, 3, 4])
        test.kill()
        try test.open()
        let journal = try test.journal
        let first = try (journal.pageIn(of: .chat(42), after: 0, count: 2, size: .max))
        let rest = try (journal.pageIn(of: .chat(42), after: first[1].key, count: 9, size: .max))
        #expect((first + rest).map(\.isRedelivered) == [true, true, true, false])
    }

    @Test func `an event's number of deaths is kept`() throws {
        let test = try TestRig().journal()
        var event = try test.append([1, 2])[0]
        event.deaths = 2
        event.isRedelivered = true
        try test.journal.requeue(event)
        try test.stop()
        try test.open()
        #expect(try test.waiting().map(\.deaths) == [2, 0])
        #expect(try test.waiting().map(\.isRedelivered) == [true, false])
    }

    @Test func `a read returns at most the requested number and size`() throws {
        let test = try TestRig().journal()
        try test.append(Array(1...10))
        let journal = try test.journal
        let two = try (journal.pageIn(of: .chat(42), after: 0, count: 2, size: .max))
        #expect(two.map(\.updateID) == [1, 2])
        let next = try (journal.pageIn(of: .chat(42), after: two[1].key, count: 9, size: 100))
        #expect(next.map(\.updateID) == [3, 4])
        #expect(try journal.pageIn(of: .chat(1), after: 0, count: 9, size: 100).isEmpty)
    }

    @Test func `a hold's remaining time and migrations are kept`() throws {
        let test = try TestRig().journal()
        try test.journal.hold("42", for: .seconds(60))
        try test.journal.hold("43", for: .milliseconds(1))
        try test.journal.migrate(-5, to: -1_005)
        try test.commit()
        test.kill()
        try test.open()
        #expect(test.wait { (try? test.journal.holds().count) == 1 })
        let hold = try #require(try test.journal.holds().first)
        #expect(hold.chat == "42")
        #expect((.seconds(30)) < hold.left && hold.left <= .seconds(60))
        #expect(try test.journal.migrations().map(\.new) == [-1_005])
    }

    @Test func `scopes of an earlier run are reported a thousand at a time, and each only once`() throws {
        let test = try TestRig().journal()
        try test.fill(chats: 2500)
        _ = try test.journal.recoveredCalls()
        let first = try #require(try test.journal.nextRecovered())
        #expect(first.count == 1000)
        // A reported scope is no longer counted separately. An unreported one is, without new events.
        let told = Set(first.map(\.scope))
        let untold = try #require((1...2500).map { Scope.chat($0) }.first { !told.contains($0) })
        guard case .chat(let chat) = untold else { return }
        try test.append([9], in: chat)
        #expect(try test.journal.recoveredCount(of: first[0].scope) == 0)
        #expect(try test.journal.recoveredCount(of: untold) == 1)
        let rest = try #require(try test.journal.nextRecovered()) + #require(try test.journal.nextRecovered())
        #expect(rest.count == 1500)
        #expect(Set((first + rest).map(\.scope)).count == 2500)
        #expect(rest.allSatisfy { $0.count == 1 })
        #expect(try test.journal.nextRecovered() == nil)
        #expect(try test.journal.recoveredCount(of: untold) == 0)
    }

    @Test func `a scope whose events are acknowledged before it is reported isn't reported`() throws {
        let test = try TestRig().journal()
        try test.fill(chats: 1500)
        _ = try test.journal.recoveredCalls()
        let first = try #require(try test.journal.nextRecovered())
        let told = Set(first.map(\.scope))
        let chat = try #require((1...1500).first { !told.contains(.chat($0)) })
        try test.journal.acknowledge(try #require(try test.waiting(in: chat).first))
        let rest = try #require(try test.journal.nextRecovered())
        #expect(rest.count == 499)
        #expect(!rest.contains { $0.scope == .chat(chat) })
    }

    @Test func `a start releases the disk space of an earlier backlog`() throws {
        let test = try TestRig().journal()
        let events = (1...72 as ClosedRange<Int64>).map { id in
            var event = test.event(id)
            event.line += [UInt8](repeating: 0x20, count: 1 << 20)
            return event
        }
        var stored: [IncomingEvent] = []
        try test.journal.append(events, offset: nil) { stored = $0 }
        try test.commit()
        stored.forEach { try? test.journal.acknowledge($0) }
        try test.stop()
        #expect((test.files.bytes("journal.db")?.count ?? 0) > 72 << 20)
        try test.open()
        try test.stop()
        #expect((test.files.bytes("journal.db")?.count ?? 0) < 1 << 20)
    }
}
