import BotAPI
import Reactor

extension HTTPServer.Responder {
    func respond(_ response: BotAPIResponse) {
        respond(
            status: response.status, contentType: "application/json", body: response.body,
            headers: response.retryAfter.map { [("Retry-After", String($0))] } ?? [])
    }

    /// Responds to a call that Telegram carried out, with the fault's effect on the response.
    func respond(_ response: BotAPIResponse, spoiltBy fault: Fault?, on loop: EventLoop) {
        switch fault {
        case .brokenBody:
            var half = response
            half.body.removeLast(half.body.count / 2)
            respond(status: 200, contentType: "application/json", body: half.body)
        case .closeAfter: drop()
        case .hangAfter: hang()
        case .htmlAfter(let status): respondWithPage(status)
        case .delay(let delay): loop.after(delay) { self.respond(response) }
        default: respond(response)
        }
    }

    /// Fails a call that Telegram didn't carry out.
    func fail(with fault: Fault) {
        switch fault {
        case .error(let code, let description, let parameters):
            respond(
                BotAPIResponse(error: BotAPIError(code: code, reason: description, parameters: parameters)))
        case .html(let status): respondWithPage(status)
        case .hang: hang()
        default: drop()
        }
    }

    /// Responds with an error page like nginx's.
    private func respondWithPage(_ status: Int) {
        let own = [503: "Service Temporarily Unavailable", 504: "Gateway Time-out"]
        let title = "\(status) \(own[status] ?? HTTPStatus.reasonPhrase(status) ?? "Unknown")"
        let page = """
            <html>\r
            <head><title>\(title)</title></head>\r
            <body>\r
            <center><h1>\(title)</h1></center>\r
            <hr><center>nginx/1.18.0</center>\r
            </body>\r
            </html>\r

            """
        respond(status: status, contentType: "text/html", body: Array(page.utf8))
    }
}
