import Glibc
import Reactor

/// The files of a state directory as they were when the gateway began to use them.
///
/// What is written to a file that was moved or removed can't be found again by the next start.
@MainActor struct StateFiles {
    private static let names = ["journal.db", "journal.db-wal", "journal.db-shm", "lock"]

    private let directory: String
    private let identities: [(path: String, identity: FileIdentity?)]

    init(in directory: String) {
        self.directory = directory
        identities = Self.paths(in: directory).map { ($0, FileIdentity(at: $0)) }
    }

    static func paths(in directory: String) -> [String] { names.map { "\(directory)/\($0)" } }

    /// Says which file isn't where it was; nil if all are.
    var displacement: GatewayFailure? {
        guard let file = identities.first(where: { FileIdentity(at: $0.path) != $0.identity }) else {
            return nil
        }
        let isAllGone = identities.allSatisfy { FileIdentity(at: $0.path) != $0.identity }
        let name = isAllGone ? "the state directory \(directory)" : file.path
        return GatewayFailure(
            .noState,
            "\(name) was moved, replaced or removed while the gateway was running. Updates since then are unconfirmed, "
                + "and the next start gets them again. Before that start, put it back if it still exists")
    }
}
