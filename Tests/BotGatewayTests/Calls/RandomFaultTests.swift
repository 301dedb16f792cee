import JSON
import TestSupport
import Testing

@testable import BotGateway
@testable import TelegramSimulator

/// Every fault of the test server, in random order.
@Suite(.ownProcess) struct RandomFaultTests {
    private static let scopes = 20
    private static let callsOfEach = 15

    /// The permitted consequences of a fault.
    private enum Outcome: Equatable {
        case success
        case refused(Int)
        case unknown
        /// The call is sent again. After `.htmlAfter` it may be carried out twice, see
        /// docs/decisions/unknown-answers.md.
        case again
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `nothing is lost, and nothing is done twice except as documented`(seed: UInt64) throws {
        // Longer than a busy machine stands still: a call that is answered later than that counts as lost.
        let test = try TestRig().caller(timeout: .seconds(1))
        var chance = SeededRandom(seed: seed)
        test.server.history.onCall = { [unowned test] _ in
            if chance.below(2) == 0 { test.server.fail(with: fault(by: &chance)) }
        }
        for number in 0..<Self.callsOfEach {
            for scope in 0..<Self.scopes {
                // Each chat gets calls from two scopes.
                test.send(
                    "\(scope)/\(number)", for: .user(Int64(scope)), to: JSON(-1 - scope / 2),
                    id: id(of: number))
            }
        }
        let count = Self.scopes * Self.callsOfEach
        #expect(test.hurry(for: count) || test.hurry(for: count) || test.hurry(for: count))
        #expect(test.caller.pending == 0)
        #expect(test.isQuiet())
        checkOrder(test)
        for scope in 0..<Self.scopes {
            for number in 0..<Self.callsOfEach { check(scope, number, test) }
        }
    }

    /// Every other call has no id, so its result isn't wanted.
    private func id(of number: Int) -> JSON? {
        guard number.isMultiple(of: 2) else { return .none }
        return JSON(number)
    }

    /// Checks that each call has one result, and that calls and results keep their scope's order.
    private func checkOrder(_ test: CallerTest) {
        for scope in 0..<Self.scopes {
            let written = (0..<Self.callsOfEach).map { "\(scope)/\($0)" }
            #expect(test.finished.filter { $0.hasPrefix("\(scope)/") } == written)
            let arrived = test.arrived.filter { $0.hasPrefix("\(scope)/") }
            let once = arrived.indices.filter { $0 == 0 || arrived[$0] != arrived[$0 - 1] }
            #expect(once.map { arrived[$0] } == written)
        }
    }

    /// Checks that a call was repeated only if permitted, and that its result matches the last fault.
    private func check(_ scope: Int, _ number: Int, _ test: CallerTest) {
        let text = "\(scope)/\(number)"
        let outcomes = test.server.calls.filter { $0.parameters["text"]?.string == text }
            .map {
                outcome(
                    of: $0.fault, isBasicGroup: ($0.parameters["chat_id"]?.integer ?? 0) > -1_000_000_000_000,
                    resultIsRead: id(of: number) != .none)
            }
        #expect(outcomes.dropLast().allSatisfy { $0 == .again }, "\(text): \(outcomes)")
        let isRight =
            switch outcomes.last {
            case .success: test.isSuccess(text)
            case .refused(let code): test.failure(of: text)?.code == code
            case .unknown: test.isUnknown(text)
            // It failed eight times while others succeeded.
            case .again: test.isUnknown(text)
            case nil: false
            }
        #expect(isRight, "\(text): \(outcomes), \(String(describing: test.result(of: text)))")
    }

    private func fault(by chance: inout SeededRandom) -> Fault {
        let faults: [Fault] = [
            .error(400, "Bad Request: chat not found"), .error(401, "Unauthorized"),
            .error(403, "Forbidden: bot was blocked by the user"), .error(404, "Not Found"),
            .error(409, "Conflict: x"), .error(413, "Request Entity Too Large"),
            .error(500, "Internal Server Error: restart"),
            .tooManyRequests(retryAfter: 1 + chance.below(40)),
            .migrated(to: -1_000_000_000_000 - Int64(chance.below(1_000_000_000))),
            .html(200), .html(302), .html(400), .html(404), .html(413), .html(429), .html(502), .html(504),
            .htmlAfter(502), .htmlAfter(504),
            .closeBefore, .closeAfter, .brokenBody, .hang, .hangAfter, .delay(.milliseconds(5)),
        ]
        return faults[chance.below(faults.count)]
    }

    private func outcome(of fault: Fault?, isBasicGroup: Bool, resultIsRead: Bool) -> Outcome {
        switch fault {
        case nil, .delay: .success
        case .brokenBody: resultIsRead ? .unknown : .success
        case .closeBefore, .closeAfter, .closeAfterBytes, .hang, .hangAfter: .unknown
        case .htmlAfter, .floodWait: .again
        case .html(let status): [413, 414].contains(status) ? .refused(status) : .again
        case .error(_, _, let parameters) where parameters?["migrate_to_chat_id"] != nil:
            isBasicGroup ? .again : .refused(400)
        case .error(let code, _, _): code == 401 || code == 429 || code >= 500 ? .again : .refused(code)
        }
    }
}
