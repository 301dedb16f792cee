import TestSupport
import Testing

@testable import Reactor

@Suite struct CertificateBundleTests {
    @Test func `a variable names the bundle, curl's before OpenSSL's`() {
        let variables = ["CURL_CA_BUNDLE": "/a", "SSL_CERT_FILE": "/b"]
        #expect(CertificateBundle.path { variables[$0] } == "/a")
        #expect(CertificateBundle.path { $0 == "SSL_CERT_FILE" ? "/b" : "" } == "/b")
    }

    @Test func `a client trusts the bundle that it is given, and no other`() throws {
        let rig = try TestRig()
        let client = HTTPClient(
            on: rig.loop, connections: 1, userAgent: "test", certificates: "\(rig.files.path)/missing.pem")
        let answer = HTTPAnswer(to: .init(url: "https://127.0.0.1:1/", timeout: .seconds(5)), from: client)
        #expect(rig.settle(answer))
        // 77: CURLE_SSL_CACERT_BADFILE; 7: libcurl connects before it reads the file.
        #expect([7, 77].contains(answer.failure?.code))
    }
}
