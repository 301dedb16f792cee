import JSON
import Testing

@testable import BotAPI
@testable import BotGateway
@testable import TelegramSimulator

@Suite struct GetUpdatesParserTests {
    private let unreadable = Array(#"{"update_id":5,"message":{"text":"\ud83d"}}"#.utf8)

    /// The result of polling a queue until it is empty.
    private struct Fetched {
        var ids: [Int64] = []
        var skipped: [Int64] = []
        var polls = 0
        var slept = Duration.zero
    }

    private func fetch(_ updates: [(id: Int64, text: [UInt8])]) -> Fetched {
        var queue = UpdateQueue(firstID: 1)
        for update in updates { queue.insert(update.text, id: update.id) }
        var reading = GetUpdatesParser()
        var fetched = Fetched()
        var offset: Int64?
        while queue.count > 0, fetched.polls < 1000 {
            fetched.polls += 1
            let answer = BotAPIResponse(
                updates: queue.updates(from: offset ?? 0, limit: Int64(reading.limit)).map(\.text))
            switch reading.read(answer.body) {
            case .updates(let answer):
                fetched.ids += answer.updates.map(\.id)
                offset = answer.nextOffset ?? offset
            case .askAgain(_, let delay):
                fetched.slept += delay
            case .skip(let id, _):
                fetched.skipped.append(id)
                offset = id + 1
            }
        }
        return fetched
    }

    private func message(_ id: Int64) -> (id: Int64, text: [UInt8]) {
        (id, Array(#"{"update_id":\#(id),"message":{"text":"hi"}}"#.utf8))
    }

    private func broken(_ id: Int64) -> (id: Int64, text: [UInt8]) {
        (id, Array(#"{"update_id":\#(id),"message":{"text":"\ud83d"}}"#.utf8))
    }

    @Test func `updates are fetched a hundred at a time`() {
        let fetched = fetch((1...250).map { message($0) })
        #expect(fetched.ids == Array(1...250))
        #expect(fetched.polls == 4)
        #expect(fetched.slept == .zero)
    }

    @Test func `only the unreadable update is skipped`() {
        for bad in [1, 2, 50, 100, 101, 150] as [Int64] {
            let fetched = fetch((1...150).map { $0 == bad ? broken($0) : message($0) })
            #expect(fetched.ids == (1...150).filter { $0 != bad })
            #expect(fetched.skipped == [bad])
        }
    }

    @Test func `of several unreadable updates exactly these are skipped`() {
        let bad: Set<Int64> = [1, 2, 7, 60, 61, 119, 120]
        let fetched = fetch((1...120).map { bad.contains($0) ? broken($0) : message($0) })
        #expect(fetched.ids == (1...120).filter { !bad.contains($0) })
        #expect(Set(fetched.skipped) == bad)
        #expect(fetched.skipped.count == bad.count)
    }

    @Test func `an update is skipped after three unreadable answers with it alone, with growing delays`() {
        let fetched = fetch([broken(1)])
        #expect(fetched.polls == 5)
        #expect(fetched.slept == .seconds(2))
    }

    @Test func `a body damaged in transit is parsed when it comes again`() throws {
        var reading = GetUpdatesParser()
        guard case .askAgain = reading.read(Array(#"{"ok":true,"result":[{"upd"#.utf8)) else {
            Issue.record("it was read")
            return
        }
        #expect(reading.limit == 1)
        guard case .updates(let answer) = reading.read(Array(#"{"ok":true,"result":[]}"#.utf8))
        else {
            Issue.record("it was not read")
            return
        }
        #expect(answer.updates.isEmpty)
        #expect(reading.limit == 100)
    }

    @Test func `another server's page never skips an update, however often it comes`() {
        for body in ["<html>Please log in</html>", "", #"{"ok":true}"#, #"{"ok":true,"result":[{}]}"#] {
            var reading = GetUpdatesParser()
            var longest = Duration.zero
            for _ in 0..<50 {
                guard case .askAgain(_, let delay) = reading.read(Array(body.utf8)) else {
                    Issue.record("\(body) moved the offset")
                    return
                }
                #expect(delay >= longest)
                longest = delay
            }
            #expect(longest == .seconds(30))
        }
    }
}
