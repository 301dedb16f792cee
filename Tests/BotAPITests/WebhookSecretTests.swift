import Testing

@testable import BotAPI

@Suite struct WebhookSecretTests {
    @Test func `it is one that Telegram accepts, and another one each time`() {
        let secrets = (0..<50).map { _ in WebhookSecret.random().text }
        #expect(Set(secrets).count == secrets.count)
        for secret in secrets {
            #expect((32...256).contains(secret.count))
            #expect(
                secret.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") })
        }
    }

    @Test func `only the whole secret matches`() {
        let secret = WebhookSecret.random()
        let text = secret.text
        #expect(secret.matches(text))
        for wrong in ["", String(text.dropLast()), text + "x", "x" + text.dropFirst() + "", text + "\0"]
        where wrong != text {
            #expect(!secret.matches(wrong))
        }
        for place in text.indices {
            var wrong = text
            wrong.replaceSubrange(place...place, with: text[place] == "a" ? "b" : "a")
            #expect(!secret.matches(wrong))
        }
    }

    @Test func `messages don't show it`() {
        #expect("\(WebhookSecret.random())" == "<secret>")
    }
}
