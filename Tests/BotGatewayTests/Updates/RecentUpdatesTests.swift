import Testing

@testable import BotGateway

@Suite struct RecentUpdatesTests {
    @Test func `an id is new only once`() {
        var recent = RecentUpdates(capacity: 10)
        #expect(recent.isNew(5) == true)
        #expect(recent.isNew(5) == false)
        #expect(recent.isNew(6) == true)
        #expect(recent.isNew(5) == false)
    }

    @Test func `an id below the last one can be new`() {
        var recent = RecentUpdates(capacity: 10)
        #expect(recent.isNew(727_334_708) == true)
        #expect(recent.isNew(117_314_199) == true)
        #expect(recent.isNew(727_334_708) == false)
    }

    @Test func `a limited number of ids is kept, and the oldest is dropped first`() {
        var recent = RecentUpdates(capacity: 3)
        for id in 1...4 as ClosedRange<Int64> { #expect(recent.isNew(id) == true) }
        for id in [2, 3, 4] as [Int64] { #expect(recent.isNew(id) == false) }
        #expect(recent.isNew(1) == true)
        #expect(recent.isNew(2) == true, "1 took its place")
    }

    @Test func `of many ids exactly the last ones are kept`() {
        var recent = RecentUpdates(capacity: 100)
        for id in 0..<1000 as Range<Int64> { #expect(recent.isNew(id) == true) }
        for id in 900..<1000 as Range<Int64> { #expect(recent.isNew(id) == false) }
        #expect(recent.isNew(899) == true)
    }
}
