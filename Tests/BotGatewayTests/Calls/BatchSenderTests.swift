import JSON
import TestSupport
import Testing

@testable import BotGateway
@testable import TelegramSimulator

@Suite struct BatchSenderTests {
    private let test: CallerTest

    init() throws { test = try TestRig().caller() }

    /// What a sender has reported.
    private final class Told {
        var results: [JSON] = []
        var records: [[UInt8]] = []
        var ends: [Int?] = []
    }

    private func feed(after earlier: EarlierResults = .init()) -> (BatchSender, Told) {
        let feed = BatchSender(to: test.caller, lineLimit: 1000, after: earlier)
        let told = Told()
        feed.onResult = {
            (try? JSON(parsing: $0.line)).map { told.results.append($0) }
            told.records.append($0.record)
        }
        feed.onEnd = { told.ends.append($0) }
        return (feed, told)
    }

    private func give(_ text: String, to feed: BatchSender, ends: Bool = true) {
        Array(text.utf8).withUnsafeBytes { feed.read($0) }
        if ends { feed.read(UnsafeRawBufferPointer(start: nil, count: 0)) }
    }

    private func call(_ chat: Int, _ text: String, id: String = "") -> String {
        #"{"type":"telegram.send_message","chat_id":\#(chat),"text":"\#(text)"\#(id)}"# + "\n"
    }

    private func earlier(_ records: [[UInt8]]) -> EarlierResults {
        var earlier = EarlierResults()
        for record in records {
            let isResult = record.withUnsafeBytes { earlier.add($0) }
            #expect(isResult)
        }
        return earlier
    }

    @Test func `each call has a result with its line, its id if it has one, and Telegram's answer`() {
        let (feed, told) = feed()
        give(call(42, "a") + "\n" + call(42, "b", id: #","id":"x""#), to: feed)
        #expect(test.wait { told.ends.count == 1 })
        #expect(told.results.map { $0["line"] } == [1, 3])
        #expect(told.results[0].keys == ["type", "line", "ok", "result"])
        #expect(told.results[1].keys == ["type", "line", "id", "ok", "result"])
        #expect(told.results[1]["id"] == "x")
        #expect(told.results[1]["result"]?["text"] == "b")
        #expect(test.server.calls.allSatisfy { $0.parameters["id"] == nil })
        #expect(feed.tally.sent == 2)
    }

    @Test func `a rate-limited chat delays no other and keeps its order`() {
        let (feed, told) = feed()
        test.server.fail(method: "sendMessage", chat: 1, with: .tooManyRequests(retryAfter: 1))
        give(call(1, "1a") + call(1, "1b") + call(2, "2a") + call(2, "2b"), to: feed)
        #expect(test.wait { told.results.count == 2 })
        #expect(told.results.map { $0["line"] } == [3, 4])
        #expect(test.hurry { told.ends.count == 1 })
        #expect(test.sent == ["2a", "2b", "1a", "1b"])
    }

    @Test(arguments: [
        ("oops", "Bad Request: not JSON"), (#"{"type":"telegram.ack","update_id":5}"#, "only calls"),
        (#"{"type":"telegram.send_message","text":"x"}"#, "telegram.send_message needs 'chat_id'"),
        (#"{"type":"sendMessage"}"#, "did you mean telegram.send_message?"),
        ("[]", "expected one JSON object"),
        (String(repeating: "x", count: 2000), "longer than 1000 bytes"),
    ])
    func `a bad line gets a failed result, and the rest continues`(_ line: String, _ words: String) {
        let (feed, told) = feed()
        give(line + "\n" + call(42, "fine"), to: feed)
        #expect(test.wait { told.ends.count == 1 })
        #expect(told.results[0]["line"] == 1)
        #expect(told.results[0]["ok"] == false)
        #expect(told.results[0]["description"]?.string?.contains(words) == true)
        #expect(told.results[1]["ok"] == true)
        #expect(feed.tally.failed == 1)
    }

    @Test func `a line for the gateway is refused with its id`() {
        let (feed, told) = feed()
        give(#"{"type":"telegram.state","value":1,"id":5}"# + "\n", to: feed)
        #expect(told.results.map { $0["id"] } == [5])
    }

    @Test func `a call whose answer was lost is unknown and isn't repeated`() {
        let (feed, told) = feed()
        test.server.fail(method: "sendMessage", with: .closeAfter)
        give(call(42, "a"), to: feed)
        #expect(test.wait { told.ends.count == 1 })
        #expect(told.results[0]["state"] == "unknown")
        #expect(feed.tally.unknown == 1)
        #expect(test.arrived == ["a"])
    }

    @Test func `calls without a chat are sent, and so is a last line without a newline`() {
        let (feed, told) = feed()
        give(#"{"type":"telegram.get_me"}"#, to: feed)
        #expect(test.wait { told.ends.count == 1 })
        #expect(told.results.first?["result"]?["username"] == "demo_bot")
    }

    @Test func `a sender takes up to a thousand calls`() {
        let (feed, _) = feed()
        give((1...999).map { call(42, "\($0)") }.joined(), to: feed, ends: false)
        #expect(feed.hasRoom)
        give(call(42, "1000"), to: feed, ends: false)
        #expect(!feed.hasRoom)
        #expect(test.wait { feed.hasRoom })
    }

    @Test func `lines that have a result are skipped, failed or not`() {
        let (first, told) = feed()
        let input = call(1, "a") + "oops\n" + call(2, "b") + call(3, "c")
        give(input, to: first)
        #expect(test.wait { told.ends.count == 1 })
        let (feed, again) = feed(
            after: earlier(
                told.records.filter { !String(decoding: $0, as: UTF8.self).contains(#""line":3"#) }))
        give(input, to: feed)
        #expect(test.wait { again.ends.count == 1 })
        #expect(again.results.map { $0["line"] } == [3])
        #expect(feed.tally.skipped == 3)
        #expect(feed.tally.skippedFailed == 1)
        #expect(test.sent.sorted() == ["a", "b", "b", "c"])
    }

    @Test func `results of another input are detected before anything is sent`() {
        let (first, told) = feed()
        give(call(1, "a") + call(1, "b") + call(1, "c"), to: first)
        #expect(test.wait { told.ends.count == 1 })
        let count = test.server.calls.count
        for other in [
            call(1, "new") + call(1, "b") + call(1, "other"), call(1, "a") + call(1, "b"), "", "\n",
        ] {
            let (feed, again) = feed(after: earlier([told.records[2]]))
            give(other, to: feed)
            #expect(again.ends.count == 1)
            #expect(again.ends.first.map { $0 != nil } == true)
            #expect(again.results.isEmpty)
        }
        #expect(test.isQuiet())
        #expect(test.server.calls.count == count)
    }

    @Test func `lines that aren't results are rejected`() {
        var earlier = EarlierResults()
        for line in [
            "", "oops", "[]", #"{"line":1}"#, #"{"line":0,"hash":"ab","ok":true}"#,
            #"{"line":1,"hash":"xyz","ok":true}"#, #"{"line":1,"hash":"ab","ok":1}"#,
        ] {
            let isResult = Array(line.utf8).withUnsafeBytes { earlier.add($0) }
            #expect(!isResult, "\(line)")
        }
    }
}
