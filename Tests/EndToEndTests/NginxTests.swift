import Glibc
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// A webhook behind a real nginx with TLS, configured by examples/deploy/nginx.conf.
@Suite(.ownProcess) struct NginxTests {
    private nonisolated static let nginx = "/usr/sbin/nginx"
    private nonisolated static let isInstalled = access(nginx, X_OK) == 0

    private let test: GatewayTest
    private let port: UInt16
    private let listen: UInt16

    init() throws {
        test = try TestRig().gateway()
        (port, listen) = (try test.rig.freePort(), try test.rig.freePort())
    }

    private func makeCertificate() throws {
        let openssl = try test.rig.run([
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
            "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost", "-keyout", "\(test.files.path)/key.pem", "-out",
            "\(test.files.path)/certificate.pem",
        ]).end()
        #expect(openssl.status == 0, "\(openssl.errorText)")
    }

    /// The example's server, on this machine alone.
    private func site() throws -> String {
        let example = String(
            decoding: try File.read("\(ProjectPaths.root)/examples/deploy/nginx.conf"), as: UTF8.self)
        let changes: KeyValuePairs = [
            "listen 443 ssl;": "listen 127.0.0.1:\(port) ssl;", "listen [::]:443 ssl;": "",
            "bot.example.org;": "localhost;", "127.0.0.1:8443": "127.0.0.1:\(listen)",
            "/etc/letsencrypt/live/bot.example.org/fullchain.pem": "\(test.files.path)/certificate.pem",
            "/etc/letsencrypt/live/bot.example.org/privkey.pem": "\(test.files.path)/key.pem",
        ]
        return changes.reduce(example) { text, change in
            #expect(text.contains(change.key), "\(change.key)")
            return text.split(separator: change.key, omittingEmptySubsequences: false).joined(
                separator: change.value)
        }
    }

    private func startNginx() throws -> ProgramRun {
        try makeCertificate()
        let directory = test.files.path
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
            "\($0)_temp_path \(directory)/\($0);"
        }
        let configuration = """
            daemon off;
            pid \(directory)/nginx.pid;
            error_log stderr;
            events {}
            http {
                access_log off;
                \(temporary.joined(separator: "\n    "))
                \(try site())
            }
            """
        let file = test.files.write("nginx.conf", configuration)
        return try test.rig.run([Self.nginx, "-p", directory, "-e", "stderr", "-c", file])
    }

    @Test(.enabled(if: isInstalled, "nginx isn't installed: apt-get install nginx-light"))
    func `updates come through nginx with TLS, and those of a restart too`() throws {
        let nginx = try startNginx()
        defer {
            nginx.signal(SIGTERM)
            nginx.wait()
        }
        test.telegram.deliverToWebhooks(
            through: HTTPClient(
                on: test.loop, connections: 20, userAgent: "test",
                certificates: "\(test.files.path)/certificate.pem"))
        let options = ["--webhook", "https://localhost:\(port)/telegram", "--listen", "127.0.0.1:\(listen)"]
        for round in 1...2 {
            // Without a gateway, nginx answers 502, and Telegram keeps the update.
            for chat in 1...20 as ClosedRange<Int64> { test.say("\(round)", in: chat) }
            try test.run(options, bot: "echo.sh")
            #expect(
                test.wait(within: .seconds(40)) {
                    (1...20).allSatisfy { test.texts(in: $0).count == round }
                        && test.telegram.pendingUpdates == 0
                }, "\(nginx.errorText)\n\(test.gateway?.errorText ?? "")")
            #expect(test.gateway?.errorText.contains("rejected a request") == false)
            #expect(test.stop() == 0)
        }
        #expect((1...20).allSatisfy { test.texts(in: $0) == ["1", "2"] })
    }

    @Test(.enabled(if: isInstalled, "nginx isn't installed: apt-get install nginx-light"))
    func `nginx passes on neither other paths nor large bodies, and a request needs the secret`() throws {
        let nginx = try startNginx()
        defer {
            nginx.signal(SIGTERM)
            nginx.wait()
        }
        let options = ["--webhook", "https://localhost:\(port)/telegram", "--listen", "127.0.0.1:\(listen)"]
        try test.run(options, bot: "echo.sh")
        #expect(test.waitForLog("Telegram posts updates"))
        let large = test.files.write("large", String(repeating: "x", count: 5 << 20))
        let status = { (path: String, body: String) in
            try test.rig.run([
                "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--cacert",
                "\(test.files.path)/certificate.pem", "--retry", "5", "--retry-connrefused", "--data-binary",
                body,
                "https://localhost:\(port)\(path)",
            ]).end().text
        }
        #expect(try status("/telegram", "{}") == "403")
        #expect(test.waitForLog("without the header X-Telegram-Bot-Api-Secret-Token"))
        #expect(try status("/telegram", "@\(large)") == "413")
        #expect(try status("/other", "{}") == "404")
        #expect(test.stop() == 0)
    }
}
