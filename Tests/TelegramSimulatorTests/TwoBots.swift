import JSON
import TestSupport
import Testing

@testable import TelegramSimulator

/// Two bots in one simulated Telegram.
struct TwoBots {
    let demo: SimulatedWorld
    let second: SimulatedWorld

    init() throws {
        demo = try TestRig().world()
        second = demo.view(
            of: ["id": 8, "is_bot": true, "first_name": "Second", "username": "second_bot"])
    }

    /// Creates a group with both bots. The parameters are those of createGroup.
    func group(_ parameters: JSON = [:]) throws -> JSON {
        let group = try #require(try demo.act("createGroup", parameters)["id"])
        try second.act("addBot", ["chat_id": group])
        forget()
        return group
    }

    func forget() {
        demo.forget()
        second.forget()
    }
}
