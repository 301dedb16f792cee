import BotAPI
import BotGateway
import JSON
import Logging
import Reactor
import TelegramSimulator

/// Sends calls to a simulated Telegram that all scopes share.
package final class SimulatedCalls: CallSink, CallObserver {
    /// The number of calls without an id that Telegram refused.
    package private(set) var refusals = 0

    private let telegram: SimulatedTelegram
    private let uploads: Uploads
    private let files: ChildFiles
    private let log: Logger
    private var hints = RefusalHints()

    /// - Parameters:
    ///   - uploads: the files that calls may send; calls with other files are refused.
    ///   - files: places the files that children download.
    package init(
        to telegram: SimulatedTelegram, uploads: Uploads = Uploads(), files: ChildFiles, log: Logger
    ) {
        (self.telegram, self.uploads, self.files, self.log) = (telegram, uploads, files, log)
        telegram.namesTypes = true
    }

    package func perform(_ call: Call, for scope: Scope, then done: @escaping (CallResult) -> Void) {
        switch call.isDownload ? download(call, for: scope) : answer(call, for: scope) {
        case .success(let result):
            done(.success(result))
        case .failure(let error):
            if call.id == nil { refusals += 1 }
            // With an id, the bot gets the error and can handle it.
            log.log(
                level: call.id == nil ? .error : .notice,
                "\(call.method) rejected: \(error)\(hints.hint(on: error))",
                metadata: ["scope": "\(scope)"])
            done(.failure(error))
        }
    }

    package func childEnded(_ scope: Scope) { files.remove(files.release(of: scope), of: scope) }

    package func childIsWorking(in scope: Scope) {
        guard let chat = scope.chat else { return }
        _ = telegram.answer("sendChatAction", ["chat_id": JSON(chat), "action": "typing"])
    }

    private func answer(_ call: Call, for scope: Scope) -> Result<JSON, BotAPIError> {
        let uploads = uploads.confined(to: files.confinement(scope))
        return uploads.received(call.method, call.parameters).flatMap { received in
            telegram.answer(call.method, received.parameters, files: received.files)
        }
    }

    private func download(_ call: Call, for scope: Scope) -> Result<JSON, BotAPIError> {
        telegram.answer("getFile", ["file_id": JSON(call.fileID ?? "")]).flatMap { located in
            let place = located["file_path"]?.string ?? ""
            guard let file = telegram.files.served(place) else {
                return .failure(.badRequest("wrong file_id or the file is temporarily unavailable"))
            }
            return files.answer(to: call, for: scope, name: place.baseName ?? "file") {
                (path: String) throws(SystemError) in try file.write(to: path)
            }
        }
    }
}
