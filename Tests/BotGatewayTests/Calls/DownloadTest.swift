import JSON
import Reactor
import TestSupport

@testable import BotAPI
@testable import BotGateway
@testable import TelegramSimulator

/// A server with one file, the faults of its answers, and the results of the downloads.
final class DownloadTest: Rigged {
    let rig: TestRig
    let server: HTTPServer
    let childFiles: ChildFiles
    let downloads: Downloads
    /// Answers a request with a fault. Returns false to answer normally.
    var spoil: (_ request: HTTPServer.Request, _ number: Int, HTTPServer.Responder) -> Bool = { _, _, _ in
        false
    }
    var contents = Array("0123456789".utf8)
    var filePath = "photos/file 1.jpg"
    private(set) var requests: [String] = []
    private(set) var results: [CallResult] = []

    init(on rig: TestRig) throws {
        self.rig = rig
        server = try rig.server()
        childFiles = ChildFiles(in: rig.files.path, temporaryDirectory: "/nowhere")
        downloads = Downloads(
            api: try rig.api(at: "http://127.0.0.1:\(server.port)"), files: childFiles, patience: .seconds(5),
            on: rig.loop, log: rig.log.logger)
        server.onRequest = { [unowned self] in take($0, $1) }
    }

    isolated deinit { server.close() }

    private func take(_ request: HTTPServer.Request, _ responder: HTTPServer.Responder) {
        requests.append(request.path.split(separator: "/").last.map { "\($0) \(request.range)" } ?? "")
        if spoil(request, requests.count, responder) { return }
        if request.path.hasSuffix("/getFile") {
            let file: JSON = [
                "file_id": "f", "file_size": JSON(contents.count), "file_path": JSON(filePath),
            ]
            return responder.respond(status: 200, body: (["ok": true, "result": file] as JSON).bytes)
        }
        guard request.path == "/file/bot7:secret/\(filePath)" else {
            return responder.respond(status: 404)
        }
        responder.respond(ServedFile(.bytes(contents)))
    }

    func refuse(_ code: Int, _ description: String, _ responder: HTTPServer.Responder) {
        let error: JSON = ["ok": false, "error_code": JSON(code), "description": JSON(description)]
        responder.respond(status: code, body: error.bytes)
    }

    func start(to path: String? = nil, for scope: Scope = .chat(42)) throws {
        var parameters: JSON = ["file_id": "f"]
        if let path { parameters.set("path", JSON(path)) }
        let call = try Call(type: Call.downloadType, parameters: parameters, id: "d", in: scope)
        downloads.perform(call, for: scope) { [unowned self] in results.append($0) }
    }

    /// Waits for the next result, with no delay for retries.
    func result() -> CallResult? {
        let count = results.count
        _ = hurry { results.count > count }
        return results.count > count ? results.last : nil
    }

    func path() -> String? {
        guard case .success(let file) = result() else { return nil }
        return file?["path"]?.string
    }

    func read(_ path: String?) -> String? {
        path.flatMap { try? File.read($0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    var refusal: String? {
        if case .failure(let error) = result() { error.description } else { nil }
    }

    /// The names in a folder of the test's directory.
    func names(_ path: String = "") -> [String] { files.names(path) }
}
