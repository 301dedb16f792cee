import Reactor

/// A session at a journal's server for a command, which waits for each answer.
@MainActor package final class ClusterClient {
    private static let patience: Duration = .seconds(10)
    /// A large journal takes a while.
    private static let longestAnswer: Duration = .seconds(600)

    package let address: ClusterAddress
    private let loop: EventLoop
    private var connection: PostgresConnection?
    private var failure: GatewayFailure?

    /// Connects. Fails with `.neverRan` if no gateway has run there.
    ///
    /// - Parameter bot: makes the tables if there are none, for this bot; nil makes nothing.
    package init(at address: ClusterAddress, making bot: Int64? = nil, on loop: EventLoop)
        throws(GatewayFailure)
    {
        (self.address, self.loop) = (address, loop)
        try ClusterSession.load(for: address)
        var isReady = false
        connection = PostgresConnection(to: address.url, as: "pipegram", within: Self.patience, on: loop) {
            [unowned self] error in
            if let error { failure = ClusterSchemaCheck.failure(error, at: address.place) }
            isReady = true
        }
        _ = loop.run(until: { isReady }, within: Self.patience * 2)
        if let failure { throw failure }
        if let bot {
            try make(for: bot)
            return
        }
        guard try rows("SELECT to_regclass('pipegram.fact')").text(0, 0) != nil else {
            throw GatewayFailure(
                .neverRan,
                "no gateway has run with this state: \(address.place); start one with 'pipegram run'")
        }
        let layout = try number("SELECT value FROM pipegram.fact WHERE name = 'layout'")
        guard layout == PostgresSchema.layout else {
            throw GatewayFailure(.unusableState, ClusterSchemaCheck.otherLayout(layout, at: address.place))
        }
    }

    private func make(for bot: Int64) throws(GatewayFailure) {
        guard let connection else { return }
        var outcome: GatewayFailure??
        let check = ClusterSchemaCheck(connection, at: address.place, bot: bot) { [address, loop] in
            PostgresConnection(to: address.url, as: "pipegram", within: Self.patience, on: loop, $0)
        }
        check.run { outcome = .some($0) }
        _ = loop.run(until: { outcome != nil || failure != nil }, within: Self.longestAnswer)
        if let failure = failure ?? outcome ?? nil { throw failure }
    }

    isolated deinit { connection?.close() }

    /// Runs a statement.
    func rows(_ sql: String, _ values: [String?] = []) throws(GatewayFailure) -> PostgresRows {
        var outcome: Result<PostgresRows, PostgresError>?
        connection?.run(sql, values) { outcome = $0 }
        _ = loop.run(until: { outcome != nil || failure != nil }, within: Self.longestAnswer)
        switch outcome {
        case .success(let rows): return rows
        case .failure(let error): throw ClusterSchemaCheck.failure(error, at: address.place)
        case nil: throw failure ?? GatewayFailure(.noState, "\(address.place) doesn't answer")
        }
    }

    /// The first column of the first row; 0 if there is none.
    func number(_ sql: String, _ values: [String?] = []) throws(GatewayFailure) -> Int64 {
        let rows = try rows(sql, values)
        return rows.count > 0 ? rows.integer(0, 0) ?? 0 : 0
    }

    /// The gateways that run.
    package func gateways() throws(GatewayFailure) -> [String] {
        let rows = try rows(ClusterSession.membersQuery)
        return rows.map { String((rows.text($0, 0) ?? "").dropFirst(ClusterSession.gatewayName.count)) }
    }
}
