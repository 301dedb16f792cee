import BotGateway
import Testing

@Suite struct NearestTests {
    private let commands = ["run", "replay", "record", "send", "status", "dead-letters", "chat", "doctor"]
    private let methods = ["sendMessage", "sendPhoto", "sendPoll", "getMe", "getUpdates", "editMessageText"]

    @Test func `a character left out, put in, exchanged or swapped leaves a name what it was`() {
        for slip in ["rn", "runn", "rum", "rnu"] { #expect(Nearest.name(to: slip, among: commands) == "run") }
        #expect(Nearest.name(to: "send_mesage", among: methods) == "sendMessage")
        #expect(Nearest.name(to: "editMesageTxt", among: methods) == "editMessageText")
    }

    @Test func `capitals, hyphens and underscores don't count`() {
        #expect(Nearest.name(to: "deadletters", among: commands) == "dead-letters")
        #expect(Nearest.name(to: "Dead_Letters", among: commands) == "dead-letters")
        #expect(Nearest.name(to: "SendMessage", among: methods) == "sendMessage")
    }

    @Test func `the beginning of a single name is that name, and that of several is none`() {
        #expect(Nearest.name(to: "doc", among: commands) == "doctor")
        #expect(Nearest.name(to: "edit", among: methods) == "editMessageText")
        #expect(Nearest.name(to: "re", among: commands) == nil)
        #expect(Nearest.name(to: "r", among: ["run"]) == nil)
    }

    @Test func `of several the nearest is meant, then what begins like it, whatever their order`() {
        for names in [["sand", "send", "seed"], ["seed", "send", "sand"]] {
            #expect(Nearest.name(to: "sendd", among: names) == "send")
            #expect(Nearest.name(to: "sexd", among: names) == "seed")
            #expect(Nearest.name(to: "sennd", among: names) == "send")
        }
    }

    @Test func `what is like nothing is nothing`() {
        for name in [
            "", "-", "xyz", "launch", "./bot.sh", "привет", String(repeating: "sendMessage", count: 9),
        ] {
            #expect(Nearest.name(to: name, among: commands + methods) == nil, "\(name)")
        }
        #expect(Nearest.name(to: "run", among: []) == nil)
    }

    @Test func `the hint names it, or is empty`() {
        #expect(Nearest.hint(to: "rnu", among: commands) == "; did you mean 'run'?")
        #expect(Nearest.hint(to: "rnu", among: commands, quote: "") == "; did you mean run?")
        #expect(Nearest.hint(to: "xyz", among: commands).isEmpty)
    }
}
