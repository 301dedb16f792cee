import BotGateway
import Logging
import Reactor

/// The allow-list of a gateway, which can be reread, and the filter that applies it.
@MainActor final class AccessControl {
    private let flags: AccessFlags
    private let log: Logger
    private var listed: AllowList?
    private var strangers: Strangers
    private var filter: FilteredUpdates?

    init(_ flags: AccessFlags, log: Logger) throws {
        (self.flags, self.log) = (flags, log)
        listed = try flags.allowList()
        strangers = flags.strangers(among: PairedUsers(in: nil), log)
    }

    /// Reads who is paired.
    ///
    /// - Parameter directory: the state directory; nil if there is none.
    func remember(in directory: String?) throws(GatewayFailure) {
        strangers = flags.strangers(among: PairedUsers(in: directory), log)
        try strangers.reread()
    }

    /// The file with the paired users.
    var file: String? { strangers.paired.file }

    /// Who is let in; nil for anyone. Pairing closes the bot to others, even without `--pair` and after the last user is
    /// shut out.
    private var list: AllowList? {
        guard let listed = listed ?? (strangers.paired.isClosed ? AllowList() : nil) else { return nil }
        var list = listed
        list.add(strangers.paired.list)
        return list
    }

    /// Logs the size of the allow-list, and the pairing code.
    ///
    /// - Parameter bot: the bot's username.
    func announce(for bot: String?) {
        flags.log(list, strangers.paired, to: log)
        if flags.pair, file == nil {
            log.warning(
                "--pair with --no-state: the users that it lets in are forgotten when the gateway stops")
        }
        strangers.announce(for: bot)
    }

    /// Filters the updates of `source`.
    ///
    /// - Parameter say: sends a text to a private chat.
    func filter(
        _ source: any UpdateSource, notingIn journal: DiskJournal, on loop: EventLoop,
        saying say: @escaping (_ text: String, _ chat: Int64) -> Void
    ) throws(GatewayFailure) -> FilteredUpdates {
        var access = AccessPolicy(list, maxAge: flags.maxAge.duration)
        for (old, new) in try journal.migrations() { access.migrate(old, to: new) }
        access.strangers = strangers
        strangers.say = say
        let filter = FilteredUpdates(of: source, access: access, on: loop, log: log)
        filter.onDropped = {
            journal.setDropped(notAllowed: $0.notAllowed, tooOld: $0.tooOld, offset: $0.offset)
        }
        filter.onMigration = { journal.migrate($0, to: $1) }
        strangers.onPaired = { [unowned self, unowned filter] in filter.access.list = list }
        self.filter = filter
        return filter
    }

    /// Rereads the allow-list's files and who is paired; on failure, the list stays unchanged.
    func reload() {
        do throws(Failure) {
            let listed = try flags.allowList()
            do throws(GatewayFailure) { try strangers.reread() } catch { throw error.asFailure }
            self.listed = listed
            filter?.access.list = list
            if list != nil { flags.log(list, strangers.paired, to: log) }
        } catch {
            log.error("\(error.message); the allow-list is unchanged")
        }
    }

    /// Logs the number of dropped updates.
    func logDropped() { filter?.tell() }
}

extension AccessFlags {
    @MainActor fileprivate func strangers(among paired: PairedUsers, _ log: Logger) -> Strangers {
        Strangers(paired, pairs: pair, tellsID: tellStrangers, log: log)
    }
}
