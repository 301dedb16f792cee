import BotAPI
import JSON
import Reactor

extension SimulatorServer {
    func receive(_ request: HTTPServer.Request, _ responder: HTTPServer.Responder) {
        if let refusal = refusal(of: request) { return responder.respond(BotAPIResponse(error: refusal)) }
        guard ["", "identity"].contains(request.header("Content-Encoding")?.lowercased() ?? "") else {
            return responder.respond(status: 415, headers: [("Connection", "close")])
        }
        if request.path == "/simulator" || request.path.hasPrefix("/simulator/") {
            return SimulatorControl(of: self).receive(request, responder)
        }
        if request.method == "GET", let page = PageFile(request.path) { return responder.respond(page) }
        guard ["GET", "POST"].contains(request.method) else {
            return responder.respond(status: 501, headers: [("Connection", "close")])
        }
        let accepts = { [bots] in bots.endpoint(token: $0) != nil }
        if let path = BotAPIRequest.file(in: request, accepting: accepts) {
            return serve(path, request, responder)
        }
        do throws(BotAPIError) {
            let call = try BotAPIRequest(request, accepting: accepts)
            if let bot = bots.endpoint(token: call.token) { carryOut(call, of: bot, responder) }
        } catch {
            responder.respond(BotAPIResponse(error: error))
        }
    }

    private func carryOut(
        _ request: BotAPIRequest, of bot: BotEndpoint, _ responder: HTTPServer.Responder
    ) {
        let chat = Arguments(request.parameters).text("chat_id")
        let fault = nextFault(method: request.method, chat: chat, bot: bot.id)
        let call = history.record(request, fault, bot: bot.id)
        if let fault, !fault.callIsCarriedOut {
            if case .error(let code, let reason, let parameters) = fault {
                let error = BotAPIError(code: code, reason: reason, parameters: parameters)
                history.record(.failure(error), of: call)
            } else {
                history.record(nil, of: call)
            }
            return responder.fail(with: fault)
        }
        carryOut(request, call, of: bot) { [loop] in responder.respond($0, spoiltBy: fault, on: loop) }
    }

    /// Carries out the call in a webhook's response; its result is discarded.
    func carryOut(webhookResponse: HTTPServer.Request, of bot: BotEndpoint) {
        guard let request = try? BotAPIRequest(webhookResponse, method: "") else { return }
        carryOut(request, history.record(request, nil, bot: bot.id), of: bot) { _ in }
    }

    private func carryOut(
        _ request: BotAPIRequest, _ call: ReceivedCall?, of bot: BotEndpoint,
        then reply: @escaping (BotAPIResponse) -> Void
    ) {
        let arguments = Arguments(request.parameters)
        let response: BotAPIResponse
        switch request.method.lowercased() {
        case "getupdates": return bot.getUpdates(arguments, then: reply)
        case "setwebhook":
            let hasCertificate = request.files.contains { $0.part == "certificate" }
            response = bot.delivery.setWebhook(arguments, hasCertificate: hasCertificate)
        case "deletewebhook": response = bot.delivery.deleteWebhook(arguments)
        case "getwebhookinfo": response = BotAPIResponse(result: bot.delivery.webhookInfo)
        default: response = BotAPIResponse(result(of: request, bot.telegram))
        }
        history.record(response.outcome, of: call)
        reply(response)
    }

    private func result(
        of request: BotAPIRequest, _ telegram: SimulatedTelegram
    ) -> Result<JSON, BotAPIError> {
        // A browser may send a page's request without asking the page's user: it gets no file of this machine.
        guard localDirectory != nil, !request.isFromBrowser else {
            return telegram.answer(request.method, request.parameters, files: request.files)
        }
        return Uploads().received(request.method, request.parameters).flatMap { received in
            telegram.answer(request.method, received.parameters, files: request.files + received.files)
        }
    }

    private func serve(
        _ path: String, _ request: HTTPServer.Request, _ responder: HTTPServer.Responder
    ) {
        let bot = bots.endpoint(token: BotAPIRequest.token(in: request.path)) ?? bots.first
        let fault = nextFault(method: "file", chat: "", bot: bot.id)
        history.record(Download(path: path, range: request.range, fault: fault))
        let file = telegram.files.served(path)
        let respond = {
            guard var file else { return responder.respond(BotAPIResponse(error: .notFound)) }
            if case .closeAfterBytes(let count) = fault { file.breaksOffAfter = count }
            responder.respond(file)
        }
        switch fault {
        case nil, .closeAfterBytes: respond()
        case .delay(let delay): loop.after(delay, respond)
        case .htmlAfter(let status): responder.fail(with: .html(status))
        case .hangAfter: responder.hang()
        case let fault?: responder.fail(with: fault)
        }
    }
}
