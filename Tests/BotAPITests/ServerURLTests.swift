import TestSupport
import Testing

@testable import BotAPI

@Suite struct ServerURLTests {
    private let token = try? BotToken("7:secret")

    @Test(arguments: [
        "https://api.telegram.org", "http://127.0.0.1:8081", "HTTP://localhost/", "https://h/telegram/",
        "http://me:pass@h:1/x", "http://[::1]:8081", "http://[::1]", "http://h/robots/bots",
    ])
    func `an address has a scheme, a host and perhaps a port and a path`(_ text: String) throws {
        let url = try ServerURL(text)
        let base = text.hasSuffix("/") ? String(text.dropLast()) : text
        #expect(url.method("getMe", of: try #require(token)) == "\(base)/bot7:secret/getMe")
        #expect(url.file("a/b.jpg", of: try #require(token)) == "\(base)/file/bot7:secret/a/b.jpg")
    }

    @Test(arguments: [
        ("", "http"), ("api.telegram.org", "http"), ("ftp://h", "http"), ("http://", "host"),
        ("http:///x", "host"),
        ("http://:80", "host"), ("http://me@:80", "host"), ("http://h:99999", "port"), ("http://h:0", "port"),
        ("http://h:", "port"), ("http://h:x", "port"), ("http://[::1]:99999", "port"),
        ("http://h h", "blanks"),
        (" http://h", "blanks"), ("http://h\n", "blanks"), ("http://h\u{1B}", "blanks"),
        ("http://h?x=1", "'?'"),
        ("http://h/#x", "'#'"), ("http://h/bot7:secret", "/bot…"), ("http://h/bot7:secret/", "/bot…"),
        ("http://h/x/bot7%3Asecret/getMe", "/bot…"), ("http://h/bot7%3asecret", "/bot…"),
        ("http://h/bot", "/bot…"),
        ("http://h/bot<token>", "/bot…"), ("http://h/7:AAsecret", "/bot…"),
        ("http://h/bot%37:AAsecret", "/bot…"),
    ])
    func `what is wrong with an address is said`(_ text: String, _ problem: String) {
        #expect {
            try ServerURL(text)
        } throws: { "\($0)".contains(problem) }
    }

    @Test func `messages show neither a password nor a token`() throws {
        #expect(try ServerURL("http://me:pass@h:1/x").place == "http://…@h:1/x")
        #expect(try ServerURL("https://h").place == "https://h")
        #expect(ServerURL.redacted("http://me:p@ss@h/bot7:secret/x") == "http://…@h/…")
        #expect(ServerURL.redacted("http://h/bot7%3Asecret") == "http://h/…")
        #expect(ServerURL.redacted("h/x") == "h/…")
        #expect(ServerURL.redacted("h:x") == "…")
        for secret in [
            "7:AAsecret", "http://7:AAsecret", "http://h?token=7:AAsecret", "http://h/7%3AAAsecret?",
        ] {
            #expect(!ServerURL.redacted(secret).contains("secret"))
        }
    }
}
