import Testing

@testable import BotAPI

@Suite struct SpellingSuggestionTests {
    private let commands = ["run", "replay", "record", "send", "status", "dead-letters", "chat", "doctor"]
    private let methods = ["sendMessage", "sendPhoto", "sendPoll", "getMe", "getUpdates", "editMessageText"]

    @Test func `a missing, extra, wrong or swapped character still finds the name`() {
        for slip in ["rn", "runn", "rum", "rnu"] {
            #expect(SpellingSuggestion.name(to: slip, among: commands) == "run")
        }
        #expect(SpellingSuggestion.name(to: "send_mesage", among: methods) == "sendMessage")
        #expect(SpellingSuggestion.name(to: "editMesageTxt", among: methods) == "editMessageText")
    }

    @Test func `case, hyphens and underscores are ignored`() {
        #expect(SpellingSuggestion.name(to: "deadletters", among: commands) == "dead-letters")
        #expect(SpellingSuggestion.name(to: "Dead_Letters", among: commands) == "dead-letters")
        #expect(SpellingSuggestion.name(to: "SendMessage", among: methods) == "sendMessage")
    }

    @Test func `a unique prefix finds its name, and an ambiguous one doesn't`() {
        #expect(SpellingSuggestion.name(to: "doc", among: commands) == "doctor")
        #expect(SpellingSuggestion.name(to: "edit", among: methods) == "editMessageText")
        #expect(SpellingSuggestion.name(to: "re", among: commands) == nil)
        #expect(SpellingSuggestion.name(to: "r", among: ["run"]) == nil)
    }

    @Test func `the nearest name wins, then the one with the same beginning, in any order of the names`() {
        for names in [["sand", "send", "seed"], ["seed", "send", "sand"]] {
            #expect(SpellingSuggestion.name(to: "sendd", among: names) == "send")
            #expect(SpellingSuggestion.name(to: "sexd", among: names) == "seed")
            #expect(SpellingSuggestion.name(to: "sennd", among: names) == "send")
        }
    }

    @Test func `a name unlike all others finds none`() {
        for name in [
            "", "-", "xyz", "launch", "./bot.sh", "привет", String(repeating: "sendMessage", count: 9),
        ] {
            #expect(SpellingSuggestion.name(to: name, among: commands + methods) == nil, "\(name)")
        }
        #expect(SpellingSuggestion.name(to: "run", among: []) == nil)
    }

    @Test func `the hint contains the name, or is empty`() {
        #expect(SpellingSuggestion.hint(to: "rnu", among: commands) == "; did you mean 'run'?")
        #expect(SpellingSuggestion.hint(to: "rnu", among: commands, quote: "") == "; did you mean run?")
        #expect(SpellingSuggestion.hint(to: "xyz", among: commands).isEmpty)
    }
}
