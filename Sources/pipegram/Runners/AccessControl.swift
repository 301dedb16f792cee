import BotGateway
import Logging
import Reactor

/// Who may come in to a gateway: the allow list, which can be read again, and the filter that obeys it.
@MainActor final class AccessControl {
    private let flags: AccessFlags
    private let log: Logger
    private var allowList: AllowList?
    private var filter: FilteredUpdates?

    init(_ flags: AccessFlags, log: Logger) throws {
        (self.flags, self.log) = (flags, log)
        allowList = try flags.allowList()
    }

    /// Says who may come in.
    func logList() { flags.log(allowList, to: log) }

    /// Updates without those that nobody is to see.
    func filter(
        _ source: any UpdateSource, notingIn journal: DiskJournal, on loop: EventLoop
    ) throws(GatewayFailure) -> FilteredUpdates {
        var access = AccessPolicy(allowList, maxAge: flags.maxAge.duration)
        for (old, new) in try journal.migrations() { access.noteMigration(from: old, to: new) }
        let filter = FilteredUpdates(of: source, access: access, on: loop, log: log)
        filter.onDropped = {
            journal.noteDropped(notAllowed: $0.notAllowed, tooOld: $0.tooOld, offset: $0.offset)
        }
        filter.onMigration = { journal.migrate($0, to: $1) }
        self.filter = filter
        return filter
    }

    /// Reads the files of the allow list again; where that fails it stays as it was.
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

    /// Says how much was dropped.
    func logDropped() { filter?.tell() }
}
