import Glibc
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// Three gateways on one database, while everything fails that can.
@Suite(.longOwnProcess, .enabled(if: PostgresServer.isAvailable, "\(PostgresServer.remedy)"))
struct ClusterFaultTests {
    /// The number of faults; set PIPEGRAM_FAULTS=30 for a long run.
    private static let faults = getenv("PIPEGRAM_FAULTS").flatMap { Int(String(cString: $0)) } ?? 4

    @Test func `nothing is lost while gateways and their database fail`() throws {
        let rig = try TestRig()
        let count = Self.faults
        let seed = getenv("PIPEGRAM_SEED").flatMap { UInt64(String(cString: $0)) } ?? .random(in: 0...9999)
        var random = SeededRandom(seed: seed)
        let updates = max(400, count * 10_000 / 30)
        let cluster = try TestCluster(
            updates: updates, chats: min(200, updates / 10), isLong: getenv("PIPEGRAM_FAULTS") != nil, on: rig
        )
        let kinds = getenv("PIPEGRAM_KINDS").map { String(cString: $0) }
        let all = TestCluster.Fault.allCases.filter { kinds?.contains("\($0)") ?? true }
        var faults = (0..<count).map { all[$0 % all.count] }
        faults.shuffle(using: &random)
        for (number, fault) in faults.enumerated() {
            let place = "seed \(seed), fault \(number): \(fault)"
            let before = cluster.talk.answered
            cluster.talk.say(updates / count / 2 + 1)
            #expect(
                rig.wait(within: .seconds(60)) {
                    cluster.talk.answered > before + 20 || cluster.talk.isAllAnswered
                }, "\(place)")
            try cluster.suffer(fault, Int.random(in: 0..<TestCluster.count, using: &random))
        }
        cluster.talk.say(updates)
        #expect(rig.wait(within: .seconds(120)) { cluster.talk.answered == updates }, "seed \(seed)")
        cluster.stop()
        cluster.talk.check(twice: true, inOneProcess: false)
        guard getenv("PIPEGRAM_FAULTS") != nil else { return }
        print("\(count) faults: \(cluster.talk.figures)")
        print(
            "taken over within \(cluster.longestHandover) of a kill, \(cluster.longestPause) of a freeze or cut"
        )
    }
}
