import Testing

@testable import BotAPI

@Suite struct BotTokenTests {
    private func malformed(_ text: String) -> BotToken.Malformed? {
        do throws(BotToken.Malformed) {
            _ = try BotToken(text)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a token is a number, a colon and a secret`() throws {
        for text in ["123456789:AAF-abc_DEF123", "7:x", "7:-"] { #expect(try BotToken(text).text == text) }
    }

    @Test func `white space around a token, as editors leave it, is trimmed`() throws {
        for text in ["7:AAF\n", " 7:AAF", "\t7:AAF\r\n\n", "\n7:AAF "] {
            #expect(try BotToken(text).text == "7:AAF")
        }
    }

    @Test func `an empty token is reported as empty`() {
        for text in ["", " ", "\n", "\r\n\t"] { #expect(malformed(text) == .empty) }
    }

    @Test func `a malformed token is refused`() {
        let texts = [
            "hello", "7", "7:", ":AAF", ":", "bot7:AAF", "7:AAF:x", "7:AA F", "7:AAF 8:BBF", "seven:AAF",
            "-7:AAF",
            "7:AAF/../x", "7:AAF?x=1", "7:ключ", "٧:AAF", "7:AAF\u{0}", "7:é", "\u{FEFF}7:AAF", "7 :AAF",
            "'7:AAF'",
        ]
        for text in texts { #expect(malformed(text) == .notAToken, "\(text)") }
    }

    @Test func `a refusal does not show the token`() {
        for text in ["", "7:AAF secret"] { #expect(malformed(text)?.description.contains("secret") == false) }
    }

    @Test func `a token is redacted anywhere in a message`() throws {
        let token = try BotToken("7:AAF")
        #expect(token.redact("https://x/bot7:AAF/getMe: 7:AAF") == "https://x/bot<token>/getMe: <token>")
        #expect(token.redact("7:AAF") == "<token>")
        #expect(token.redact("nothing here") == "nothing here")
        #expect(token.redact("") == "")
    }

    @Test func `a token is found in a text`() throws {
        let token = try BotToken("7:AAF")
        #expect(token.isIn("TOKEN=7:AAF"))
        #expect(token.isIn("url=https://x/bot7:AAF/"))
        #expect(!token.isIn("TOKEN=8:AAF"))
        #expect(!token.isIn(""))
    }
}
