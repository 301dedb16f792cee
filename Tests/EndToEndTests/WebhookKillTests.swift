import Glibc
import TestSupport
import Testing

@testable import TelegramSimulator

/// From polling to a webhook and back, with updates pending at each change.
@Suite(.ownProcess) struct WebhookKillTests {
    /// The number of kills; set PIPEGRAM_KILLS=100 for a long run.
    private static var kills: Int { getenv("PIPEGRAM_KILLS").flatMap { Int(String(cString: $0)) } ?? 6 }

    /// A conversation whose gateway can have a webhook, and the options for that.
    private func conversation(updates: Int, chats: Int) throws -> (LongConversation, webhook: [String]) {
        let talk = try TestRig().longConversation(updates: updates, chats: chats)
        talk.test.telegram.deliverToWebhooks(through: talk.test.rig.client(connections: 100))
        let place = "127.0.0.1:\(try talk.test.rig.freePort())"
        return (talk, ["--webhook", "http://\(place)/", "--listen", place])
    }

    @Test(arguments: ["auto", "event"])
    func `nothing is lost when the gateway is killed and changes between polling and a webhook`(
        _ ack: String
    ) throws {
        let kills = Self.kills
        let (talk, webhook) = try conversation(updates: max(300, kills * 60), chats: 25)
        let options = ["--ack", ack, "--max-deliveries", "1000"]
        for kill in 0..<kills {
            // Two runs with a webhook, then one that polls.
            let way = kill % 3 == 2 ? ["--delete-webhook"] : webhook
            let gateway = try talk.run(options + way, odds: 40)
            talk.say(talk.updates / kills + 1)
            let goal = talk.test.telegram.calls.count + Int.random(in: 1...(talk.updates / kills))
            let limit = kill % 4 == 1 ? Duration.milliseconds(Int.random(in: 0...200)) : .seconds(20)
            _ = talk.test.wait(within: limit) {
                talk.test.telegram.calls.count >= goal || talk.answered == talk.updates
            }
            gateway.signal(SIGKILL)
            gateway.wait()
        }
        #expect(talk.isAllSaid)
        _ = try talk.run(options + (Bool.random() ? webhook : ["--delete-webhook"]), odds: 40)
        talk.finish(twice: true)
        if getenv("PIPEGRAM_KILLS") != nil { print("--ack \(ack), \(kills) kills: \(talk.figures)") }
    }

    @Test func `with stops in between each update is delivered and answered exactly once`() throws {
        let (talk, webhook) = try conversation(updates: 400, chats: 20)
        for way in [[], webhook, webhook, ["--delete-webhook"], webhook] {
            let gateway = try talk.run(way, odds: 0)
            let goal = talk.answered + 20
            talk.say(70)
            #expect(talk.test.wait { talk.answered >= goal })
            gateway.signal(SIGTERM)
            #expect(gateway.wait() == 0)
            talk.say(10)
        }
        _ = try talk.run(["--delete-webhook"], odds: 0)
        talk.finish(twice: false)
        #expect(talk.test.telegram.pendingUpdates == 0)
    }
}
