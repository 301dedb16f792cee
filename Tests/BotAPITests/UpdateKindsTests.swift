import Testing

@testable import BotAPI

@Suite struct UpdateKindsTests {
    @Test func `three kinds are sent only to bots that request them`() {
        #expect(Set(UpdateKinds.onRequest) == ["chat_member", "message_reaction", "message_reaction_count"])
        #expect(Set(UpdateKinds.byDefault).isDisjoint(with: UpdateKinds.onRequest))
    }

    @Test func `each kind is listed once`() {
        #expect(UpdateKinds.all.count == UpdateKinds.known.count)
    }
}
