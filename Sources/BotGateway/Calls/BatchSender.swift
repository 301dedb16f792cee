import JSON
import Reactor

/// Carries out calls that come as lines, each chat's in their order, and tells what became of each.
package final class BatchSender {
    /// How it went so far.
    package struct Tally {
        package var sent = 0
        package var failed = 0
        /// Their answers were lost: they may or may not have taken effect.
        package var unknown = 0
        /// An earlier run has their results.
        package var skipped = 0
        /// Of these, those that weren't sent, or of which it isn't known.
        package var skippedFailed = 0
    }

    /// What became of a line, as JSON with its `\n`: for who reads along, and to resume by.
    package struct Result {
        package let line: [UInt8]
        package let record: [UInt8]
        package let isSuccess: Bool
    }

    package var onResult: (Result) -> Void = { _ in }
    /// Called once when all that came has its result, or with the number of the line, from 1 on, that shows
    /// that the earlier results are another input's: nothing has been sent then.
    package var onEnd: (_ otherLine: Int?) -> Void = { _ in }

    package private(set) var tally = Tally()
    /// Whether more lines are wanted.
    package var hasRoom: Bool { open.count < Self.callLimit && openBytes < Self.byteLimit }
    /// The first line that has no result; nil when there is none.
    package var firstOpenLine: Int? { (Array(open) + held.map(\.number)).min() }
    /// How many lines were read and have no result.
    package var openLines: Int { open.count + held.count }

    private static let callLimit = 1000
    private static let byteLimit = 16 << 20

    private let sink: any CallSink
    private let lineLimit: Int
    private let earlier: EarlierResults
    private let asksForResults: Bool
    private var splitter = LineSplitter()
    private var lines = 0
    /// Lines without a result that wait until it is certain that the earlier results are of this input.
    private var held: [CallLine] = []
    private var open: Set<Int> = []
    private var openBytes = 0
    private var inputEnded = false
    private var isOver = false

    /// - Parameters:
    ///   - lineLimit: the longest line that is read, in bytes.
    ///   - asksForResults: also of calls that carry no id.
    package init(
        to sink: any CallSink, lineLimit: Int, after earlier: EarlierResults = .init(),
        asksForResults: Bool = true
    ) {
        (self.sink, self.lineLimit) = (sink, lineLimit)
        (self.earlier, self.asksForResults) = (earlier, asksForResults)
    }

    /// Takes what comes next of the input; an empty piece is its end.
    package func take(_ piece: UnsafeRawBufferPointer) {
        guard !piece.isEmpty else { return end() }
        splitter.split(piece, limit: lineLimit) { take($0) }
    }

    private func end() {
        splitter.finish { take($0) }
        guard !isOver else { return }
        if lines < earlier.lastLine { return isOther(at: lines + 1) }
        inputEnded = true
        sendHeld()
        endIfDone()
    }

    private func take(_ text: LineSplitter.Line) {
        guard !isOver else { return }
        lines += 1
        let line = CallLine(text, number: lines, limit: lineLimit)
        switch earlier.verdict(on: line) {
        case .other:
            return isOther(at: lines)
        case .done(let ok):
            tally.skipped += 1
            if !ok { tally.skippedFailed += 1 }
        case .open:
            held.append(line)
        }
        if lines >= earlier.lastLine { sendHeld() }
    }

    private func isOther(at line: Int) {
        isOver = true
        onEnd(line)
    }

    private func endIfDone() {
        guard inputEnded, open.isEmpty, !isOver else { return }
        isOver = true
        onEnd(nil)
    }

    private func sendHeld() {
        let lines = held
        held = []
        // All are known to be open before the first one may be done.
        for line in lines { open.insert(line.number) }
        for line in lines { send(line) }
    }

    private func send(_ line: CallLine) {
        switch line.content {
        case .blank:
            open.remove(line.number)
        case .refused(let error):
            finish(line, .failure(error))
        case .call(let call):
            let scope = call.line(orElse: .bot)
            openBytes += line.bytes
            let asked = asksForResults ? call.asked(as: JSON(line.number)) : call
            sink.perform(asked, for: scope) { [self] result in
                openBytes -= line.bytes
                finish(line, result)
            }
        }
    }

    private func finish(_ line: CallLine, _ result: CallResult) {
        open.remove(line.number)
        var isSuccess = false
        switch result {
        case .success:
            tally.sent += 1
            isSuccess = true
        case .failure: tally.failed += 1
        case .unknown: tally.unknown += 1
        }
        onResult(
            Result(
                line: GatewayLines.result(result, id: line.id, line: line.number),
                record: GatewayLines.result(result, id: line.id, line: line.number, hash: line.hash),
                isSuccess: isSuccess))
        endIfDone()
    }
}
