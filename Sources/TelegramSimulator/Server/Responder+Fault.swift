import BotAPI
import Reactor

extension HTTPServer.Responder {
    func answer(_ answer: BotAPIResponse) {
        self.answer(
            status: answer.status, contentType: "application/json", body: answer.body,
            headers: answer.retryAfter.map { [("Retry-After", String($0))] } ?? [])
    }

    /// Answers a call that Telegram carried out.
    func answer(_ answer: BotAPIResponse, spoiltBy fault: Fault?, on loop: EventLoop) {
        switch fault {
        case .brokenBody:
            var half = answer
            half.body.removeLast(half.body.count / 2)
            self.answer(status: 200, contentType: "application/json", body: half.body)
        case .closeAfter: drop()
        case .hangAfter: hang()
        case .htmlAfter(let status): answerPage(status)
        case .delay(let delay): loop.after(delay) { self.answer(answer) }
        default: self.answer(answer)
        }
    }

    /// Lets a call fail that Telegram didn't carry out.
    func fail(with fault: Fault) {
        switch fault {
        case .error(let code, let description, let parameters):
            answer(
                BotAPIResponse(error: BotAPIError(code: code, reason: description, parameters: parameters)))
        case .html(let status): answerPage(status)
        case .hang: hang()
        default: drop()
        }
    }

    /// In nginx's manner.
    private func answerPage(_ status: Int) {
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
        answer(status: status, contentType: "text/html", body: Array(page.utf8))
    }
}
