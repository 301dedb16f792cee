import JSON
import Reactor
import Testing

@testable import BotAPI
@testable import Offline
@testable import TelegramSimulator

@Suite struct SimulatedUpdatesTests {
    let telegram = SimulatedTelegram(strictness: .strict) { 1_700_000_000 }

    @Test func `updates get rising ids and arrive after the action that caused them`() throws {
        let loop = try EventLoop()
        let source = SimulatedUpdates(of: telegram, on: loop)
        var updates: [Update] = []
        source.onUpdates = { updates += $0.updates }
        telegram.onUpdate("message", ["message_id": 1, "chat": ["id": 42]])
        source.start()
        telegram.onUpdate("edited_message", ["message_id": 1, "chat": ["id": 42]])
        #expect(updates.isEmpty)
        #expect(!source.isEmpty)
        #expect(loop.run(until: { updates.count == 2 }, within: .seconds(20)))
        #expect(source.isEmpty)
        #expect(updates.map(\.id) == [1, 2])
        #expect(updates.map(\.kind) == ["message", "edited_message"])
    }

    @Test func `later changes of a message don't affect an earlier update`() throws {
        let loop = try EventLoop()
        let source = SimulatedUpdates(of: telegram, on: loop)
        var updates: [Update] = []
        source.onUpdates = { updates += $0.updates }
        source.start()
        var message: JSON = ["message_id": 1, "chat": ["id": 42], "text": "old"]
        telegram.onUpdate("message", message)
        message.set("text", "new")
        #expect(loop.run(until: { updates.count == 1 }, within: .seconds(20)))
        #expect(updates.first?.payload["text"] == "old")
    }

    @Test func `the source ends after the last update, and delivers none once stopped`() throws {
        let loop = try EventLoop()
        for stops in [false, true] {
            let source = SimulatedUpdates(of: telegram, on: loop)
            var (count, ends) = (0, 0)
            source.onUpdates = { count += $0.updates.count }
            source.onEnd = { _ in ends += 1 }
            source.start()
            telegram.onUpdate("message", ["message_id": 1, "chat": ["id": 42]])
            source.finish()
            if stops { source.stop() }
            var turned = false
            loop.soon { turned = true }
            #expect(loop.run(until: { turned }, within: .seconds(20)))
            #expect(count == (stops ? 0 : 1))
            #expect(ends == (stops ? 0 : 1))
        }
    }
}
