import JSON
import Testing

@testable import BotGateway

@Suite struct NextStepTests {
    private func step(_ adjust: (inout NextStep.Situation) -> Void) -> NextStep {
        var situation = NextStep.Situation()
        adjust(&situation)
        return NextStep(in: situation)
    }

    @Test func `a child with nothing to do waits`() {
        #expect(step { _ in } == .wait)
    }

    @Test func `results go before events`() {
        #expect(
            step {
                $0.hasResults = true
                $0.waiting = 1
            } == .writeResults)
    }

    @Test func `nothing is written before the previous input was read, except within the window`() {
        #expect(
            step {
                $0.isReady = false
                $0.hasResults = true
            } == .wait)
        #expect(
            step {
                $0.isReady = false
                $0.waiting = 1
            } == .giveEvents)
        #expect(
            step {
                $0.wantsEvent = false
                $0.waiting = 1
            } == .wait)
    }

    @Test func `a block waits until it is full or no more events come`() {
        #expect(
            step {
                $0.blockSize = 4
                $0.waiting = 3
            } == .wait)
        #expect(
            step {
                $0.blockSize = 4
                $0.waiting = 3
                $0.shutdown = .draining
            } == .giveEvents)
    }

    @Test func `a child with many open calls gets no event, unless time is short`() {
        #expect(
            step {
                $0.hasRoom = false
                $0.waiting = 1
            } == .wait)
        #expect(
            step {
                $0.hasRoom = false
                $0.waiting = 1
                $0.shutdown = .hurrying
            } == .giveEvents)
    }

    @Test func `an outdated child is closed instead of getting an event`() {
        #expect(
            step {
                $0.isOutdated = true
                $0.waiting = 1
            } == .close(.reload))
    }

    @Test func `a shutdown closes a child that has nothing left`() {
        #expect(step { $0.shutdown = .draining } == .close(.stop))
        #expect(
            step {
                $0.shutdown = .draining
                $0.waiting = 1
            } == .giveEvents)
        #expect(
            step {
                $0.shutdown = .hurrying
                $0.waiting = 1
                $0.leavesEvents = true
            } == .close(.stop))
    }

    @Test(arguments: [Shutdown.draining, .hurrying])
    func `a child with open calls or an unacknowledged event is closed only in a hurry`(
        _ shutdown: Shutdown
    ) {
        let expected = shutdown == .hurrying ? NextStep.close(.stop) : .wait
        #expect(
            step {
                $0.shutdown = shutdown
                $0.openCalls = 1
            } == expected)
        #expect(
            step {
                $0.shutdown = shutdown
                $0.owesAcknowledgement = true
            } == expected)
    }

    @Test func `a child that may still be busy gets no event and isn't closed`() {
        for shutdown in [Shutdown.none, .draining, .hurrying] {
            #expect(
                step {
                    $0.isAwaitingReturn = true
                    $0.waiting = 1
                    $0.shutdown = shutdown
                } == .wait)
        }
    }
}

@Suite struct ShutdownTests {
    @Test func `a shutdown never goes back to an earlier stage`() {
        var shutdown = Shutdown.none
        let stages = [Shutdown.draining, .draining, .hurrying, .draining, .killing, .hurrying]
        let steps = stages.map { shutdown.advance(to: $0) }
        #expect(steps == [true, false, true, false, true, false])
        #expect(shutdown == .killing)
    }

    @Test func `a shutdown may skip a stage`() {
        var shutdown = Shutdown.none
        let isKilled = shutdown.advance(to: .killing)
        #expect(isKilled)
    }
}

@Suite struct StopLadderTests {
    @Test func `a child that doesn't exit gets SIGTERM, then SIGKILL`() {
        var ladder = StopLadder()
        #expect(ladder.escalate() == nil)
        ladder.begin(.idle)
        #expect(ladder.isInputEnded)
        #expect(ladder.escalate() == .terminate)
        #expect(!ladder.isInputEnded)
        #expect(ladder.escalate() == .kill)
        #expect(ladder.escalate() == .kill)
        #expect(ladder.reason == .idle)
    }
}

@Suite struct OpenCallsTests {
    @Test func `there is room for 32 calls, and for one more after each answer`() {
        var calls = OpenCalls()
        for _ in 1...31 { calls.opened(bytes: 10) }
        #expect(calls.hasRoom)
        calls.opened(bytes: 10)
        #expect(!calls.hasRoom && !calls.hasAmpleRoom)
        calls.answered(bytes: 10)
        #expect(calls.hasRoom && !calls.hasAmpleRoom)
        for _ in 1...15 { calls.answered(bytes: 10) }
        #expect(calls.hasAmpleRoom)
    }

    @Test func `the limit of open calls or results is 1 MB`() {
        var calls = OpenCalls()
        calls.opened(bytes: ChildPolicy.maxOpenBytes)
        #expect(!calls.hasRoom)
        calls.answered(bytes: ChildPolicy.maxOpenBytes)
        #expect(calls.hasRoom)
        calls.addResult(
            .success(["x": .init(String(repeating: "x", count: ChildPolicy.maxOpenBytes))]), id: "1")
        #expect(!calls.hasRoom && calls.hasResults)
        #expect(calls.takeResults().count > ChildPolicy.maxOpenBytes)
        #expect(calls.hasRoom && !calls.hasResults)
    }
}
