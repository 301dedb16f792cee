import Testing

@testable import BotGateway

@Suite struct MigrationsTests {
    private let new: Int64 = -1_000_000_000_005

    @Test func `a chat that never moved keeps its id`() {
        #expect(Migrations().current(-5) == -5)
    }

    @Test func `a basic group that moved has its new id, and other chats keep theirs`() {
        var migrations = Migrations()
        #expect(migrations.add(from: -5, to: new) == true)
        #expect(migrations.current(-5) == new)
        #expect(migrations.current(new) == new)
        #expect(migrations.current(-6) == -6)
    }

    @Test func `a known move is no news, and a later one counts`() {
        var migrations = Migrations()
        #expect(migrations.add(from: -5, to: new) == true)
        #expect(migrations.add(from: -5, to: new) == false)
        #expect(migrations.add(from: -5, to: new - 1) == true)
        #expect(migrations.current(-5) == new - 1)
    }

    @Test(
        arguments: [
            (1002, -1_000_000_000_005), (1002, -5), (-5, -6), (-5, -5), (-5, 7), (-5, -999_999_999_999),
            (-1_000_000_000_005, -1_000_000_000_006), (-1_000_000_000_005, -5), (0, -1_000_000_000_005),
            (-57, -1_000_000_000_000), (-55, .min),
        ] as [(Int64, Int64)])
    func `only a basic group moves, and only to a supergroup`(_ old: Int64, _ new: Int64) {
        var migrations = Migrations()
        #expect(migrations.add(from: old, to: new) == false)
        #expect(migrations.current(old) == old)
    }

    @Test(arguments: [(-1, -1_000_000_000_001), (-999_999_999_999, -3_000_000_000_000)] as [(Int64, Int64)])
    func `the whole ranges of ids are known`(_ old: Int64, _ new: Int64) {
        var migrations = Migrations()
        #expect(migrations.add(from: old, to: new) == true)
    }
}
