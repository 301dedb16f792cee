import Glibc
import JSON
import TestSupport
import Testing

@testable import Doctor

@Suite struct SetupCheckTests {
    @Test(arguments: [
        ("", "is empty"), ("7:AAFxyzxyzxyz xyzxyzxyz", "contains spaces"),
        (
            "Use this token to access the HTTP API:\n123456:AAFxyzxyzxyzxyzxyzxyz\nKeep it safe",
            "more than the token"
        ),
        ("\"7:AAFxyz\"", "quotes"), ("TOKEN=7:AAFxyz", "a name around"), ("hello", "Invalid token"),
        ("\u{FEFF}7:AAFxyz\r\n", "byte order mark"),
    ])
    func `a malformed token is diagnosed without showing it`(_ text: String, _ words: String) {
        let found = SetupCheck.token(text, in: "the file")
        #expect(found.severity == .fault)
        #expect(found.message.contains(words), "\(found)")
        #expect(!found.message.contains("AAF"))
    }

    @Test func `too few descriptors are a fault, and slightly too few a hint`() {
        #expect(SetupCheck.descriptors(4064, for: 1000).severity == .fine)
        #expect(SetupCheck.descriptors(1024, for: 1000).severity == .hint)
        #expect(SetupCheck.descriptors(1024, for: 1000).message.contains("LimitNOFILE=4064"))
        #expect(SetupCheck.descriptors(100, for: 1000).severity == .fault)
        #expect(SetupCheck.descriptors(100, for: 5).severity == .fine)
    }

    @Test func `checking a missing state directory doesn't create it`() {
        let files = TemporaryDirectory()
        #expect(SetupCheck.state(at: "\(files.path)/a/b").severity == .fine)
        #expect(files.names().isEmpty)
        #expect(SetupCheck.state(at: nil).severity == .fault)
        #expect(SetupCheck.state(at: "").severity == .fault)
    }

    @Test func `a state directory that is a file is a fault`() {
        let files = TemporaryDirectory()
        let file = files.write("file", "")
        #expect(SetupCheck.state(at: file).severity == .fault)
        #expect(SetupCheck.state(at: "\(file)/below").severity == .fault)
        #expect(SetupCheck.state(at: file).message.contains("--state DIR"))
    }

    @Test(arguments: [
        (6, "Could not resolve host", false, "/etc/resolv.conf"),
        (7, "refused", false, "Nothing listens there"),
        (7, "refused", true, "$https_proxy (http://…@proxy:3128)"), (5, "no proxy", true, "can't be found"),
        (56, "CONNECT tunnel failed, response 407", true, "a user name and a password"),
        (60, "certificate has expired", false, "clock"),
        (60, "self-signed certificate", false, "update-ca-certificates"),
        (77, "error setting certificate", false, "apt-get install ca-certificates"),
        (35, "wrong version", false, "speak TLS"),
        (28, "timed out", false, "firewall"), (2, "else", false, "curl -v"),
    ])
    func `network problems are diagnosed`(
        _ code: Int, _ reason: String, _ hasProxy: Bool, _ words: String
    ) {
        var trouble = NetworkDiagnosis(code: code, reason: reason, place: "https://api.telegram.org")
        if hasProxy { trouble.proxy = ("https_proxy", "http://…@proxy:3128") }
        #expect(trouble.diagnosis.message.contains(words), "\(trouble.diagnosis)")
    }

    @Test func `a missing certificate bundle is told apart from a proxy's certificate`() {
        var trouble = NetworkDiagnosis(
            code: 60, reason: "unable to get local issuer certificate", place: "https://x")
        trouble.hasCertificates = false
        #expect(trouble.diagnosis.message.contains("apt-get install ca-certificates"))
    }

    @Test func `the proxy is found as by libcurl, and its password isn't shown`() {
        let variables = ["https_proxy": "http://me:secret@proxy:3128", "HTTP_PROXY": "http://other"]
        let proxy = NetworkDiagnosis.proxy(for: "https://api.telegram.org") { variables[$0] }
        #expect(proxy?.variable == "https_proxy")
        #expect(proxy?.value == "http://…@proxy:3128")
        #expect(NetworkDiagnosis.proxy(for: "http://127.0.0.1") { variables[$0] } == nil)
    }

    @Test func `each problem in Telegram's answers is reported`() {
        var findings = TelegramDiagnosis(place: "https://x")
        findings.bot = [
            "id": 7, "username": "demo_bot", "can_join_groups": true, "can_read_all_group_messages": false,
        ]
        findings.webhook = ["url": "https://example.org/secret"]
        findings.clockOffset = -120
        let found = findings.diagnoses
        #expect(found.map(\.subject) == ["token", "webhook", "clock", "groups"])
        #expect(found.map(\.severity) == [.fine, .fault, .fault, .hint])
        #expect(found[1].message.contains("pipegram run --delete-webhook"))
        #expect(!found[1].message.contains("secret"))
        #expect(found[2].message.contains("2m behind"))
        findings.clockOffset = 20
        findings.gatewayRuns = true
        #expect(findings.diagnoses[1].severity == .fine)
        findings.webhook = ["url": ""]
        findings.poll = .conflict
        #expect(findings.diagnoses.map(\.severity) == [.fine, .fine, .fault, .fine, .hint])
    }
}
