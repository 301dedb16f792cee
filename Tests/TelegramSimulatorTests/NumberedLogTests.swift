import JSON
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

@Suite struct NumberedLogTests: Rigged {
    let rig: TestRig
    private let transcript: NumberedLog

    init() throws {
        rig = try TestRig()
        transcript = NumberedLog(on: rig.loop, limit: 3)
    }

    private func ask(_ query: NumberedLog.Query, wait: Duration = .zero) -> () -> [String]? {
        var answer: [String]?
        transcript.read(query, wait: wait) { bytes in
            let entries = (try? JSON(parsing: [UInt8(ascii: "[")] + bytes + [UInt8(ascii: "]")]))?.elements
            answer = entries?.map { "\($0["id"]?.integer ?? 0)\($0["word"]?.string ?? "")" }
        }
        return { answer }
    }

    private func add(_ word: String, _ kind: String = "message", bot: Int64? = nil, chat: Int64? = 42) {
        add(word, kind, bot: bot, chat: chat, to: transcript)
    }

    private func add(
        _ word: String, _ kind: String = "message", bot: Int64? = nil, chat: Int64? = 42, to log: NumberedLog
    ) {
        log.add(kind, bot: bot, chat: chat, (["word": JSON(word)] as JSON).bytes)
    }

    @Test func `a query returns the entries after a number, optionally of one kind, bot or chat`() {
        add("a")
        add("b", "edited")
        add("c", bot: 8, chat: 43)
        #expect(ask(.init())() == ["1a", "2b", "3c"])
        #expect(ask(.init(bot: 8))() == ["1a", "2b", "3c"])
        #expect(ask(.init(bot: 9))() == ["1a", "2b"])
        #expect(ask(.init(after: 1))() == ["2b", "3c"])
        #expect(ask(.init(kind: "Edited"))() == ["2b"])
        #expect(ask(.init(chat: 43))() == ["3c"])
        #expect(ask(.init(after: 3))() == [])
    }

    @Test func `a waiting query gets all matching entries of one turn`() {
        let all = ask(.init(), wait: .seconds(10))
        let edits = ask(.init(kind: "edited"), wait: .seconds(10))
        add("a")
        add("b")
        #expect(wait { all() != nil })
        #expect(all() == ["1a", "2b"])
        #expect(edits() == nil)
        add("c", "edited")
        #expect(wait { edits() != nil })
        #expect(edits() == ["3c"])
    }

    @Test func `a waiting query returns nothing once its time is up`() {
        let nothing = ask(.init(), wait: .milliseconds(5))
        #expect(wait { nothing() != nil })
        #expect(nothing() == [])
    }

    @Test func `an entry doesn't change with the JSON it was made from`() {
        var json: JSON = ["word": "a"]
        transcript.add("message", bot: nil, chat: nil, json.bytes)
        json.set("word", "b")
        #expect(ask(.init())() == ["1a"])
    }

    @Test func `the oldest entries are dropped, and the numbering continues`() {
        for number in 1...7 { add("\(number)") }
        #expect(ask(.init())() == ["55", "66", "77"])
        transcript.removeAll()
        add("x")
        #expect(ask(.init())() == ["8x"])
    }

    @Test func `long entries are dropped before they fill the memory`() {
        let transcript = NumberedLog(on: loop, limit: 100, byteLimit: 1000)
        for _ in 0..<50 {
            add(String(repeating: "x", count: 80), to: transcript)
        }
        var answer: [UInt8] = []
        transcript.read(.init(), wait: .zero) { answer = $0 }
        #expect((100...1100).contains(answer.count))
        #expect(String(decoding: answer, as: UTF8.self).contains(#""id":50"#))
        add(String(repeating: "x", count: 5000), to: transcript)
        transcript.read(.init(), wait: .zero) { answer = $0 }
        #expect(answer.count > 5000)
    }
}
