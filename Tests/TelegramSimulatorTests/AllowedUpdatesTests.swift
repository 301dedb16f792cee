import JSON
import Testing

@testable import BotAPI
@testable import TelegramSimulator

@Suite struct AllowedUpdatesTests {
    private func allowed(after requests: JSON...) -> AllowedUpdates {
        var allowed = AllowedUpdates()
        for request in requests { allowed.update(from: Arguments(request)) }
        return allowed
    }

    @Test func `by default three kinds are excluded, and unknown kinds are not`() {
        let kept = UpdateKinds.all.filter { !AllowedUpdates().admits($0) }
        #expect(Set(kept) == ["chat_member", "message_reaction", "message_reaction_count"])
        #expect(AllowedUpdates().admits("hologram"))
    }

    @Test func `a list admits the kinds it names, in any case, and nothing else`() {
        let allowed = allowed(after: ["allowed_updates": ["Message", "chat_member", "nonsense"]])
        #expect(allowed.admits("message"))
        #expect(allowed.admits("chat_member"))
        #expect(!allowed.admits("poll"))
        #expect(!allowed.admits("nonsense"))
    }

    @Test func `a list may be JSON in a string`() {
        #expect(!allowed(after: ["allowed_updates": #"["poll"]"#]).admits("message"))
    }

    @Test(arguments: ["[", "poll", "{}", "[1]", ""])
    func `anything but a list of names changes nothing`(_ text: String) {
        #expect(
            !allowed(after: ["allowed_updates": ["poll"]], ["allowed_updates": JSON(text)]).admits("message"))
    }

    @Test func `a request without a list changes nothing`() {
        #expect(!allowed(after: ["allowed_updates": ["poll"]], [:]).admits("message"))
    }

    @Test(arguments: ["[]", #"["nonsense"]"#])
    func `a list without a known kind restores the default`(_ text: String) {
        #expect(
            allowed(after: ["allowed_updates": ["poll"]], ["allowed_updates": JSON(text)]).admits("message"))
    }
}
