import Glibc
import Testing

@testable import BotGateway

/// `PIPEGRAM_SEED=4711 swift test --filter DeliveryModelTests` repeats a run with the seed that a fault named.
@Suite(.ownProcess) struct DeliveryModelTests {
    private static let acknowledgements: [ChildPolicy.Acknowledgement] = [
        .auto(timeout: .seconds(2)), .event(window: 1), .event(window: 4), .exit,
    ]
    private static let seed = getenv("PIPEGRAM_SEED").flatMap { UInt64(String(cString: $0)) }

    @Test(arguments: 0..<4)
    func `nothing is lost, order is kept, and redelivered events are marked`(_ number: Int) throws {
        let acknowledgement = Self.acknowledgements[number]
        for seed in Self.seed.map({ [$0] }) ?? [1, 2, 3, 4, 5] {
            let model = try DeliveryModel(seed: seed, acknowledgement: acknowledgement)
            try model.run(5_000)
            #expect(model.faults.isEmpty, "\(model.faults.first ?? "")")
            #expect(model.operations == 5_000)
            let kinds = ["say", "read", "call", "answer", "exit", "commit", "wait", "reload", "crash"]
            #expect(kinds.allSatisfy { model.counts[$0, default: 0] > 0 })
        }
    }
}
