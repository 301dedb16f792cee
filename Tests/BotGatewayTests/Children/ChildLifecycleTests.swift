import Testing

@testable import BotGateway

@Suite struct ChildLifecycleTests {
    private func running() -> ChildLifecycle {
        var child = ChildLifecycle()
        _ = child.eventArrived()
        child.started()
        return child
    }

    @Test func `the first event starts a child, and later ones are delivered to it`() {
        var child = ChildLifecycle()
        #expect(child.eventArrived() == .start)
        #expect(child.eventArrived() == .nothing)
        child.started()
        #expect(child.eventArrived() == .deliver)
    }

    @Test func `an event for a closing child waits for the next child`() {
        var child = running()
        let closes = child.close()
        #expect(closes)
        #expect(child.eventArrived() == .nothing)
        let next = child.ended(.init(succeeded: true, lived: .seconds(1), eventsWait: true))
        #expect(next == .start)
        #expect(child.state == .waiting)
    }

    @Test func `a child is closed only once`() {
        var child = running()
        let first = child.close()
        let second = child.close()
        #expect(first)
        #expect(!second)
    }

    @Test func `a child that exits normally is replaced only if events wait`() {
        var child = running()
        #expect(child.ended(.init(succeeded: true, lived: .zero, eventsWait: false)) == .nothing)
        #expect(child.state == .absent)
    }

    @Test func `a failing child is restarted after 0.5 s, doubling up to 60 s`() {
        var child = ChildLifecycle()
        var delays: [Duration] = []
        for _ in 1...10 {
            _ = child.eventArrived()
            child.started()
            let action = child.ended(.init(succeeded: false, lived: .seconds(1), eventsWait: true))
            if case .startAfter(let delay) = action { delays.append(delay) }
            #expect(child.cooledDown(eventsWait: true) == .start)
        }
        let expected = [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60].map { Duration.seconds($0) }
        #expect(delays == expected)
    }

    @Test func `a lifetime of 60 s or an exit status 0 resets the backoff`() {
        var child = ChildLifecycle()
        func fail(after lived: Duration) -> ChildLifecycle.Action {
            _ = child.cooledDown(eventsWait: true)
            child.started()
            return child.ended(.init(succeeded: false, lived: lived, eventsWait: true))
        }
        _ = fail(after: .seconds(1))
        _ = fail(after: .seconds(1))
        #expect(fail(after: .seconds(60)) == .startAfter(.milliseconds(500)))
        #expect(fail(after: .seconds(1)) == .startAfter(.seconds(1)))
        _ = child.cooledDown(eventsWait: true)
        child.started()
        _ = child.ended(.init(succeeded: true, lived: .zero, eventsWait: true))
        child.started()
        #expect(
            child.ended(.init(succeeded: false, lived: .zero, eventsWait: true))
                == .startAfter(.milliseconds(500)))
    }

    @Test func `during a failed child's backoff new events wait too`() {
        var child = running()
        _ = child.ended(.init(succeeded: false, lived: .zero, eventsWait: false))
        #expect(child.eventArrived() == .nothing)
        #expect(child.cooledDown(eventsWait: true) == .start)
    }

    @Test func `after a failure no child starts without events`() {
        var child = running()
        _ = child.ended(.init(succeeded: false, lived: .zero, eventsWait: false))
        #expect(child.cooledDown(eventsWait: false) == .nothing)
        #expect(child.state == .absent)
        #expect(child.failures == 1)
    }
}
