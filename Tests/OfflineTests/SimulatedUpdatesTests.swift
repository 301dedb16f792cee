import JSON
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import Offline
@testable import TelegramSimulator

@Suite struct SimulatedUpdatesTests: Rigged {
    let rig: TestRig
    private let world: SimulatedWorld

    init() throws {
        rig = try TestRig()
        world = rig.world()
    }

    private var telegram: SimulatedTelegram { world.telegram }

    @Test func `updates get rising ids and arrive after the action that caused them`() throws {
        let source = SimulatedUpdates(of: telegram, on: loop)
        var updates: [Update] = []
        source.onUpdates = { updates += $0.updates }
        telegram.onUpdate("message", ["message_id": 1, "chat": ["id": 42]])
        source.start()
        telegram.onUpdate("edited_message", ["message_id": 1, "chat": ["id": 42]])
        #expect(updates.isEmpty)
        #expect(!source.isEmpty)
        #expect(wait { updates.count == 2 })
        #expect(source.isEmpty)
        #expect(updates.map(\.id) == [1, 2])
        #expect(updates.map(\.kind) == ["message", "edited_message"])
    }

    @Test func `later changes of a message don't affect an earlier update`() throws {
        let source = SimulatedUpdates(of: telegram, on: loop)
        var updates: [Update] = []
        source.onUpdates = { updates += $0.updates }
        source.start()
        var message: JSON = ["message_id": 1, "chat": ["id": 42], "text": "old"]
        telegram.onUpdate("message", message)
        message.set("text", "new")
        #expect(wait { updates.count == 1 })
        #expect(updates.first?.payload["text"] == "old")
    }

    @Test func `the source ends after the last update, and delivers none once stopped`() throws {
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
            #expect(wait { turned })
            #expect(count == (stops ? 0 : 1))
            #expect(ends == (stops ? 0 : 1))
        }
    }
}
