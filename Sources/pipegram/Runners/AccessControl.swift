import BotGateway
import Logging
import Reactor

/// The allow-list of a gateway, which can be reread, and the filter that applies it.
@MainActor final class AccessControl {
    private let flags: AccessFlags
    private let log: Logger
    private var allowList: AllowList?
    private var filter: FilteredUpdates?

    init(_ flags: AccessFlags, log: Logger) throws {
        (self.flags, self.log) = (flags, log)
        allowList = try flags.allowList()
    }

    /// Logs the size of the allow-list.
    func logList() { flags.log(allowList, to: log) }

    /// Filters the updates of `source`.
    func filter(
        _ source: any UpdateSource, notingIn journal: DiskJournal, on loop: EventLoop
    ) throws(GatewayFailure) -> FilteredUpdates {
        var access = AccessPolicy(allowList, maxAge: flags.maxAge.duration)
        for (old, new) in try journal.migrations() { access.migrate(old, to: new) }
        let filter = FilteredUpdates(of: source, access: access, on: loop, log: log)
        filter.onDropped = {
            journal.setDropped(notAllowed: $0.notAllowed, tooOld: $0.tooOld, offset: $0.offset)
        }
        filter.onMigration = { journal.migrate($0, to: $1) }
        self.filter = filter
        return filter
    }

    /// Rereads the allow-list's files; on failure, the list stays unchanged.
    func reload() {
        guard !flags.allowFile.isEmpty else { return }
        do throws(Failure) {
            allowList = try flags.allowList()
            filter?.access.list = allowList
            logList()
        } catch {
            log.error("\(error.message); the allow-list is unchanged")
        }
    }

    /// Logs the number of dropped updates.
    func logDropped() { filter?.tell() }
}
