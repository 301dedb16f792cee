import TestSupport

extension TestRig {
    /// `pipegram run` and a simulated Telegram.
    func gateway() throws -> GatewayTest { try GatewayTest(on: self) }

    /// A gateway and messages in many chats, for tests that check every answer.
    func longConversation(updates: Int, chats: Int) throws -> LongConversation {
        try LongConversation(updates: updates, chats: chats, on: self)
    }

    /// A Bot API server that accepts every call and records it unchanged.
    func recordingServer() throws -> RecordingServer { try RecordingServer(on: self) }
}
