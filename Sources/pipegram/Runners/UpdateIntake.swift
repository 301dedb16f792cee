import BotAPI
import BotGateway
import Reactor

/// How updates come in: by polling or by a webhook, then recorded and filtered.
@MainActor final class UpdateIntake {
    let access: AccessControl
    let record: UpdateRecord?
    private let command: RunCommand
    private let session: BotAPISession
    private var webhook: WebhookSource?

    init(_ command: RunCommand, _ session: BotAPISession) throws {
        (self.command, self.session) = (command, session)
        access = try AccessControl(command.accessFlags, log: session.log)
        do {
            record = try session.record(command.recordFlags)
        } catch {
            throw error.asFailure
        }
    }

    /// With --webhook, listens for requests: before the bot is signed in, so that an address in use is an error at once.
    func listen(keepingIn journal: DiskJournal) throws(Failure) {
        let flags = command.webhook
        guard let url = flags.webhook, let address = flags.listen else { return }
        let options: WebhookSource.Options
        do throws(GatewayFailure) {
            options = WebhookSource.Options(
                url: url, kinds: command.polling.checkedKinds(session.log),
                connections: flags.connections,
                taken: try journal.takenUpdates(), offset: try journal.offset(),
                dropsPending: command.accessFlags.dropPending)
            try journal.noteUpdates()
        } catch {
            throw error.asFailure
        }
        address.removeAbandoned()
        do throws(SystemError) {
            webhook = try WebhookSource(
                at: address.host, port: address.port, options: options, api: session.api, on: session.loop,
                log: session.log)
        } catch {
            throw address.failure(error, of: "--listen", to: "listen for updates", port: 8443)
        }
    }

    /// After the gateway has ended.
    func close() {
        guard webhook != nil else { return }
        webhook?.close()
        command.webhook.listen?.removeAbandoned()
    }

    /// Where updates come from.
    func source(continuing journal: DiskJournal) throws(GatewayFailure) -> any TelegramSource {
        if let webhook { return webhook }
        if command.deliveryFlags.stateFlags.cluster != nil {
            return ElectedPoller { [self] in poller(from: $0) }
        }
        let offset = try journal.offset()
        return poller(from: offset, taken: offset == nil ? try journal.takenUpdates() : nil)
    }

    private func poller(from offset: Int64?, taken: TakenUpdates? = nil) -> TelegramPoller {
        var options = command.polling.pollOptions(from: offset, log: session.log)
        options.taken = taken
        options.dropsPending = command.accessFlags.dropPending
        // systemd, or a request for /readyz, waits until polling works.
        options.firstIsShort = ServiceManager.current != nil || command.logFlags.metrics != nil
        return TelegramPoller(api: session.api, options: options, on: session.loop, log: session.log)
    }

    /// Records updates before they are filtered, so the record also has dropped ones.
    func filter(
        _ source: any UpdateSource, notingIn journal: DiskJournal,
        saying say: @escaping (_ text: String, _ chat: Int64) -> Void
    ) throws(GatewayFailure) -> FilteredUpdates {
        let recorded = record.map { RecordingSource(source, in: $0) as any UpdateSource } ?? source
        return try access.filter(recorded, notingIn: journal, on: session.loop, saying: say)
    }
}
