import TestSupport
import Testing

@testable import Reactor

@Suite struct CredentialsTests {
    @Test func `a URL is shown without its user name and password`() {
        #expect(Credentials.redact(url: "http://me:secret@proxy:3128") == "http://…@proxy:3128")
        #expect(Credentials.redact(url: "me:secret@proxy:3128") == "…@proxy:3128")
        #expect(Credentials.redact(url: "http://me@proxy/x") == "http://…@proxy/x")
        #expect(Credentials.redact(url: "http://me:se/cret@proxy") == "http://…@proxy")
        #expect(Credentials.redact(url: "http://proxy/x@y") == "http://…@y")
        #expect(Credentials.redact(url: "http://proxy:80") == "http://proxy:80")
    }

    @Test func `a message shows no password of the URL or of a proxy variable`() {
        let variables = ["https_proxy": "u:p@host:99999", "ALL_PROXY": "socks5://a:b@other"]
        let message = "Unsupported proxy syntax in 'u:p@host:99999', socks5://a:b@other, http://c:d@e"
        #expect(
            Credentials.redact(message, of: "http://c:d@e/x") { variables[$0] }
                == "Unsupported proxy syntax in '$https_proxy', $ALL_PROXY, http://…@e")
    }

    @Test(arguments: [
        "http://u:SECRETpw", "u:SECRETpw", "http://u%3ASECRETpw%40h", "http://u:a@SECRETb/x@h:99999",
    ])
    func `a proxy's password isn't shown, also of a malformed address`(_ value: String) {
        for message in ["Unsupported proxy syntax in '\(value)'", "Could not resolve proxy: SECRETb"] {
            let shown = Credentials.redact(message, of: "http://h") { $0 == "https_proxy" ? value : nil }
            #expect(!shown.contains("SECRETpw"))
            if value.contains("SECRETb") { #expect(!shown.contains("SECRETb")) }
        }
    }

    @Test func `libcurl's own words about a proxy don't show its password`() throws {
        let rig = try TestRig()
        let client = rig.client()
        let request = HTTPClient.Request(url: "http://me:secret@[", timeout: .seconds(5))
        let answer = HTTPAnswer(to: request, from: client)
        #expect(rig.settle(answer))
        #expect(answer.failure?.reason.contains("secret") == false)
    }

    @Test func `the proxy of a URL is the one that libcurl takes`() {
        let variables = ["http_proxy": "a", "HTTPS_PROXY": "b", "all_proxy": "c", "HTTP_PROXY": "d"]
        #expect(ProxyVariable.used(for: "http://h") { variables[$0] }?.value == "a")
        #expect(ProxyVariable.used(for: "https://h") { variables[$0] }?.variable == "HTTPS_PROXY")
        #expect(ProxyVariable.used(for: "https://h") { $0 == "all_proxy" ? "c" : "" }?.value == "c")
        #expect(ProxyVariable.used(for: "http://h") { $0 == "HTTP_PROXY" ? "d" : nil } == nil)
    }
}
