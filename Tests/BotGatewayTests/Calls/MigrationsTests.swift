import Testing

@testable import BotGateway

@Suite struct MigrationsTests {
    @Test func `a chat that hasn't migrated keeps its id`() {
        #expect(Migrations().current(-5) == -5)
    }

    @Test func `a migrated chat has its new id, and other chats keep theirs`() {
        var migrations = Migrations()
        #expect(migrations.add(from: -5, to: -1005) == true)
        #expect(migrations.current(-5) == -1005)
        #expect(migrations.current(-1005) == -1005)
        #expect(migrations.current(-6) == -6)
    }

    @Test func `successive migrations are followed, in whatever order they became known`() {
        for moves in [[(-5, -6), (-6, -7), (-7, -8)], [(-7, -8), (-5, -6), (-6, -7)]] as [[(Int64, Int64)]] {
            var migrations = Migrations()
            for (old, new) in moves { #expect(migrations.add(from: old, to: new) == true) }
            #expect([-5, -6, -7, -8].map(migrations.current) == [-8, -8, -8, -8])
        }
    }

    @Test func `a known migration is not new, and a later one replaces it`() {
        var migrations = Migrations()
        #expect(migrations.add(from: -5, to: -6) == true)
        #expect(migrations.add(from: -5, to: -6) == false)
        #expect(migrations.add(from: -5, to: -7) == true)
        #expect(migrations.current(-5) == -7)
    }

    @Test func `migrations never form a circle`() {
        var migrations = Migrations()
        #expect(migrations.add(from: -5, to: -5) == false)
        #expect(migrations.add(from: -5, to: -6) == true)
        #expect(migrations.add(from: -6, to: -7) == true)
        #expect(migrations.add(from: -6, to: -5) == false)
        #expect(migrations.add(from: -7, to: -5) == false)
        #expect([-5, -6, -7].map(migrations.current) == [-7, -7, -7])
    }
}
