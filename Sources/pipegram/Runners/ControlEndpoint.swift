import BotGateway
import JSON
import Logging
import Reactor

/// Carries out what other programs ask for over the control socket.
@MainActor final class ControlEndpoint {
    private let server: ControlServer
    private let journal: DiskJournal
    /// Why no child of a scope could answer; nil if it could.
    private let refusal: (Scope) -> String?
    private let questions: Questions
    private var gateway: Gateway?
    /// Calls that came before the bot was signed in.
    private var early: [() -> Void] = []

    /// Nil if the gateway can't listen; it runs without a control socket then.
    ///
    /// - Parameter directory: the state directory, whose lock the gateway holds.
    init?(
        in directory: StateDirectory, of bot: String, refusing refusal: @escaping (Scope) -> String?,
        keepingIn journal: DiskJournal, on loop: EventLoop, log: Logger
    ) {
        (self.journal, self.refusal) = (journal, refusal)
        questions = Questions(on: loop)
        do throws(SystemError) {
            server = try ControlServer(
                at: StateDirectory.controlSocket(in: directory.path), bot: bot, pipegram: Version.current,
                on: loop,
                log: log)
        } catch {
            log.warning("no control socket (\(error)): pipegram tell can't reach this gateway")
            return nil
        }
        server.perform = { [unowned self] in perform($0, then: $1) }
    }

    /// Keeps the answers to questions from the bot.
    func filter(_ source: any UpdateSource) -> any UpdateSource { UnansweredUpdates(of: source, questions) }

    /// The bot is signed in, and the journal's events are about to be delivered.
    func connect(_ gateway: Gateway) {
        self.gateway = gateway
        questions.perform = { [unowned gateway] in gateway.perform($0, then: $1) }
        for send in early { send() }
        early = []
    }

    /// The gateway is about to stop: no question can be answered any more.
    func stopping() { questions.withdrawAll("the gateway is stopping") }

    func close() { server.close() }

    private func perform(
        _ request: ControlRequest, then done: @escaping (ControlServer.Reply) -> Void
    ) -> (() -> Void)? {
        switch request {
        case .tell(let told): tell(told, then: done)
        case .send(let call): send(call, then: done)
        case .ask(let question): return ask(question, then: done)
        case .status: done(status)
        }
        return nil
    }

    private func tell(_ told: Told, then done: @escaping (ControlServer.Reply) -> Void) {
        if let refusal = refusal(told.scope) { return done(.failure(ControlRefusal(refusal))) }
        // The start delivers what the journal has by then, and the next start what comes during the shutdown.
        let gateway = gateway.flatMap { $0.isEnding ? nil : $0 }
        journal.append(told) { event in
            gateway?.deliver([event])
            done(.success(["update_id": JSON(event.updateID)]))
        }
    }

    private func send(_ call: Call, then done: @escaping (ControlServer.Reply) -> Void) {
        guard let gateway else { return early.append { [unowned self] in send(call, then: done) } }
        guard !gateway.isEnding else { return done(.failure(ControlRefusal("the gateway is stopping"))) }
        gateway.perform(call) { result in
            var line = (try? JSON(parsing: GatewayLines.result(result, id: nil))) ?? [:]
            line.remove("type")
            done(.success(line))
        }
    }

    private func ask(
        _ question: Question, then done: @escaping (ControlServer.Reply) -> Void
    ) -> (() -> Void)? {
        guard let gateway, !gateway.isEnding else {
            done(
                .failure(
                    ControlRefusal(gateway == nil ? "the bot isn't signed in yet" : "the gateway is stopping")
                ))
            return nil
        }
        return questions.ask(question) { result in
            done(result.map(\.json).mapError { ControlRefusal($0.reason) })
        }
    }

    private var status: ControlServer.Reply {
        do throws(GatewayFailure) {
            let report = try journal.report()
            return .success([
                "report": report.json, "lines": JSON(report.lines.map { JSON($0) }),
                "ok": JSON(report.isPolling),
            ])
        } catch {
            return .failure(ControlRefusal(error.description))
        }
    }
}
