import BotAPI
import JSON
import Reactor

extension SimulatorServer {
    private var acceptedToken: String? { acceptsAnyToken ? nil : token }

    func receive(_ request: HTTPServer.Request, _ responder: HTTPServer.Responder) {
        guard ["", "identity"].contains(request.header("Content-Encoding")?.lowercased() ?? "") else {
            return responder.answer(status: 415, headers: [("Connection", "close")])
        }
        if request.path == "/simulator" || request.path.hasPrefix("/simulator/") {
            return SimulatorControl(of: self).receive(request, responder)
        }
        guard ["GET", "POST"].contains(request.method) else {
            return responder.answer(status: 501, headers: [("Connection", "close")])
        }
        if let path = BotAPIRequest.file(in: request, token: acceptedToken) {
            return serve(path, request, responder)
        }
        do throws(BotAPIError) {
            carryOut(try BotAPIRequest(request, token: acceptedToken), responder)
        } catch {
            responder.answer(BotAPIResponse(error: error))
        }
    }

    private func carryOut(_ request: BotAPIRequest, _ responder: HTTPServer.Responder) {
        let fault = faults.next(method: request.method, chat: Arguments(request.parameters).text("chat_id"))
        let call = record(request, fault)
        if let fault, !fault.callIsCarriedOut {
            if case .error(let code, let reason, let parameters) = fault {
                let error = BotAPIError(code: code, reason: reason, parameters: parameters)
                note(call, .failure(error))
            } else {
                note(call, nil)
            }
            return responder.fail(with: fault)
        }
        carryOut(request, call) { [loop] answer in responder.answer(answer, spoiltBy: fault, on: loop) }
    }

    /// Makes the call that a webhook has put into its answer; nobody hears what becomes of it.
    func carryOut(answer: HTTPServer.Request) {
        guard let request = try? BotAPIRequest(answer, method: "") else { return }
        carryOut(request, record(request, nil)) { _ in }
    }

    private func carryOut(
        _ request: BotAPIRequest, _ call: ReceivedCall?, then reply: @escaping (BotAPIResponse) -> Void
    ) {
        let arguments = Arguments(request.parameters)
        let answer: BotAPIResponse
        switch request.method.lowercased() {
        case "getupdates": return delivery.getUpdates(arguments, then: reply)
        case "setwebhook":
            let hasCertificate = request.files.contains { $0.part == "certificate" }
            answer = delivery.setWebhook(arguments, hasCertificate: hasCertificate)
        case "deletewebhook": answer = delivery.deleteWebhook(arguments)
        case "getwebhookinfo": answer = delivery.webhookInfo()
        default: answer = BotAPIResponse(result(of: request))
        }
        note(call, answer.outcome)
        reply(answer)
    }

    private func result(of request: BotAPIRequest) -> Result<JSON, BotAPIError> {
        guard localDirectory != nil else {
            return telegram.answer(request.method, request.parameters, files: request.files)
        }
        return Uploads().received(request.method, request.parameters).flatMap { received in
            telegram.answer(request.method, received.parameters, files: request.files + received.files)
        }
    }

    private func serve(
        _ path: String, _ request: HTTPServer.Request, _ responder: HTTPServer.Responder
    ) {
        let fault = faults.next(method: "file", chat: "")
        downloads.append(Download(path: path, range: request.range, fault: fault))
        Self.trim(&downloads, to: historyLimit)
        let file = telegram.files.served(path)
        let answer = {
            guard var file else { return responder.answer(BotAPIResponse(error: .notFound)) }
            if case .closeAfterBytes(let count) = fault { file.breaksOffAfter = count }
            responder.answer(file)
        }
        switch fault {
        case nil, .closeAfterBytes: answer()
        case .delay(let delay): loop.after(delay, answer)
        case .htmlAfter(let status): responder.fail(with: .html(status))
        case .hangAfter: responder.hang()
        case let fault?: responder.fail(with: fault)
        }
    }

    // MARK: what is written down

    /// Nil for a getUpdates, which is no call.
    private func record(_ request: BotAPIRequest, _ fault: Fault?) -> ReceivedCall? {
        guard request.method.lowercased() != "getupdates" else {
            polls.append(request.parameters)
            Self.trim(&polls, to: historyLimit)
            return nil
        }
        let call = ReceivedCall(
            method: request.method, parameters: request.parameters, files: request.files, fault: fault)
        calls.append(call)
        Self.trim(&calls, to: historyLimit)
        onCall?(call)
        return call
    }

    private func note(_ call: ReceivedCall?, _ outcome: Result<JSON, BotAPIError>?) {
        guard let call else { return }
        let chat = Int64(Arguments(call.parameters).text("chat_id"))
        callLog.add(call.method.lowercased(), chat: chat, call.json(outcome))
        onAnswer?(call, outcome)
    }

    private static func trim<Element>(_ list: inout [Element], to limit: Int?) {
        guard let limit, list.count > 2 * limit else { return }
        list.removeFirst(list.count - limit)
    }
}

extension SimulatorServer.ReceivedCall {
    /// As the control API tells it.
    fileprivate func json(_ outcome: Result<JSON, BotAPIError>?) -> JSON {
        var json: JSON = ["method": JSON(method), "parameters": parameters]
        if !files.isEmpty {
            json.set(
                "files",
                JSON(files.map { ["part": JSON($0.part), "name": JSON($0.name), "size": JSON($0.size)] }))
        }
        fault.map { json.set("fault", $0.json["fault"] ?? "") }
        switch outcome {
        case .success(let result):
            json.set("ok", true)
            json.set("result", result)
        case .failure(let error):
            json.set("ok", false)
            json.set("error_code", JSON(error.code))
            json.set("description", JSON(error.reason))
        case nil: break
        }
        return json
    }
}
