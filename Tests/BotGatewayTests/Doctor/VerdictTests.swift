import JSON
import Testing

@testable import BotGateway

@Suite struct VerdictTests {
    private let step = Interview.inPrivate(chat: 42).steps[0]

    private func verdict(_ record: ExaminationRecord) -> [Diagnosis] {
        Verdict.diagnoses(of: [record], script: nil, options: ExaminationOptions())
    }

    private var healthy: ExaminationRecord {
        var record = ExaminationRecord()
        (record.eventsGiven, record.linesBeforeEnd, record.calls, record.wasIdle) = (9, 3, 3, true)
        return record
    }

    @Test func `a healthy bot gets one line and no fault`() {
        #expect(verdict(healthy).map(\.severity) == [.fine])
    }

    @Test func `a bot that says nothing is healthy too`() {
        var record = healthy
        (record.linesBeforeEnd, record.calls) = (0, 0)
        #expect(verdict(record).map(\.severity) == [.fine])
    }

    @Test func `lines that come only with the end of stdin prove a buffer; a single one may be a farewell`() {
        var record = healthy
        (record.linesBeforeEnd, record.linesAtEnd) = (0, 2)
        #expect(verdict(record).map(\.severity) == [.fault])
        record.linesAtEnd = 1
        #expect(verdict(record).map(\.severity) == [.fine, .hint])
    }

    @Test func `a bot that answered in one interview in time buffers nothing in another`() {
        var late = healthy
        (late.linesBeforeEnd, late.linesAtEnd) = (0, 2)
        let found = Verdict.diagnoses(of: [healthy, late], script: nil, options: ExaminationOptions())
        #expect(found.map(\.severity) == [.fine])
    }

    @Test func `what comes later than the end of stdin is an answer that took its time`() {
        var record = healthy
        (record.linesBeforeEnd, record.linesLater) = (0, 3)
        #expect(verdict(record).map(\.severity) == [.fine])
    }

    @Test func `a bot that is at work for long is not at fault`() {
        var record = healthy
        record.stall = (.slow, step)
        #expect(verdict(record).map(\.severity) == [.fine, .hint])
        record.stall = (.unread, step)
        #expect(verdict(record).map(\.severity) == [.fault])
    }

    @Test func `one trouble is told once, with its first sign`() {
        var record = healthy
        record.badLines = (1...5).map { .init(error: .notAnObject, text: "\($0)", step: step) }
        let found = verdict(record)
        #expect(found.count == 1)
        #expect(found.first?.words.contains(": 1.") == true, "\(found)")
    }

    @Test func `a bot that says back what it reads is told so once`() {
        var record = healthy
        for type in ["telegram", "telegram.result"] {
            record.badLines.append(.init(error: .unknownType(type), text: type, step: step))
        }
        let found = verdict(record)
        #expect(found.count == 1)
        #expect(found.first?.words.contains("not what was read") == true, "\(found)")
    }

    @Test func `each step of an interview is an event that a child would be given`() {
        let steps = Interview.inPrivate(chat: 42).steps + Interview.inGroup(chat: -100).steps
        #expect(steps.count == 12)
        #expect(steps.allSatisfy { [.chat(42), .chat(-100)].contains($0.event.scope) })
        #expect(Interview.plain(chat: 42).steps.allSatisfy { PlainMessage($0.event) != nil })
    }
}
