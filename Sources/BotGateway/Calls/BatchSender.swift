import JSON
import Reactor

/// Carries out calls read as lines, each chat's in order, and reports the result of each.
package final class BatchSender {
    /// The counts so far.
    package struct Tally {
        package fileprivate(set) var sent = 0
        package fileprivate(set) var failed = 0
        /// Calls whose answer was lost: they may or may not have taken effect.
        package var unknown = 0
        /// Lines that have a result from an earlier run.
        package var skipped = 0
        /// Of the skipped lines, those that failed or whose outcome is unknown.
        package fileprivate(set) var skippedFailed = 0
    }

    /// The result of a line, as JSON with its `\n`: `line` for the output, `record` for the file to resume from.
    package struct Result {
        package let line: [UInt8]
        package let record: [UInt8]
        package let isSuccess: Bool
    }

    /// A line that isn't a call.
    package struct Refusal {
        package let line: Int
        package let reason: String
        /// Whether the line is JSON.
        package let isJSON: Bool
    }

    package var onResult: (Result) -> Void = { _ in }
    /// Called for a line that isn't a call, before its result.
    package var onRefusal: (Refusal) -> Void = { _ in }
    /// Called once when all lines have a result. If the earlier results belong to another input, called with the number
    /// of the first differing line, from 1 on; nothing has been sent then.
    package var onEnd: (_ otherLine: Int?) -> Void = { _ in }

    package private(set) var tally = Tally()
    /// Whether to read more lines now.
    package var hasRoom: Bool { open.hasRoom }
    /// The number of the first line without a result; nil if there is none.
    package var firstOpenLine: Int? { (Array(open.numbers) + held.map(\.number)).min() }
    /// How many of the lines read have no result.
    package var openLines: Int { open.numbers.count + held.count }

    private let sink: any CallSink
    private let earlier: EarlierResults
    private let asksForResults: Bool
    private var reader: CallLineReader
    /// Lines without a result, held back until the earlier results are known to belong to this input.
    private var held: [CallLine] = []
    private var open = OpenLines()
    private var inputEnded = false
    private var isOver = false

    /// - Parameters:
    ///   - lineLimit: the longest line accepted, in bytes.
    ///   - asksForResults: parses the results also of calls without an id.
    package init(
        to sink: any CallSink, lineLimit: Int, after earlier: EarlierResults = .init(),
        asksForResults: Bool = true
    ) {
        (self.sink, self.earlier, self.asksForResults) = (sink, earlier, asksForResults)
        reader = CallLineReader(lineLimit: lineLimit)
    }

    /// Reads the next piece of the input; an empty piece is its end.
    package func read(_ piece: UnsafeRawBufferPointer) {
        reader.read(piece) { handle($0) }
        if piece.isEmpty { end() }
    }

    private func end() {
        guard !isOver else { return }
        if reader.lineCount < earlier.lastLine { return isOther(at: reader.lineCount + 1) }
        inputEnded = true
        sendHeld()
        endIfDone()
    }

    private func handle(_ line: CallLine) {
        guard !isOver else { return }
        switch earlier.verdict(on: line) {
        case .other:
            return isOther(at: line.number)
        case .done(let ok):
            tally.skipped += 1
            if !ok { tally.skippedFailed += 1 }
        case .open:
            held.append(line)
        }
        if line.number >= earlier.lastLine { sendHeld() }
    }

    private func isOther(at line: Int) {
        isOver = true
        onEnd(line)
    }

    private func endIfDone() {
        guard inputEnded, open.numbers.isEmpty, !isOver else { return }
        isOver = true
        onEnd(nil)
    }

    private func sendHeld() {
        let lines = held
        held = []
        // Insert all numbers first: a call may finish at once, and an empty set would end the run.
        for line in lines { open.numbers.insert(line.number) }
        for line in lines { send(line) }
    }

    private func send(_ line: CallLine) {
        switch line.content {
        case .blank:
            open.numbers.remove(line.number)
        case .refused(let reason, let isJSON):
            onRefusal(Refusal(line: line.number, reason: reason, isJSON: isJSON))
            finish(line, .failure(.badRequest(reason)))
        case .call(let call):
            let scope = call.line(orElse: .bot)
            open.bytes += line.bytes
            let asked = asksForResults ? call.asked(as: JSON(line.number)) : call
            sink.perform(asked, for: scope) { [self] result in
                open.bytes -= line.bytes
                finish(line, result)
            }
        }
    }

    private func finish(_ line: CallLine, _ result: CallResult) {
        open.numbers.remove(line.number)
        var isSuccess = false
        switch result {
        case .success, .superseded:
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

/// The lines that were sent and have no result yet.
private struct OpenLines {
    private static let countLimit = 1000
    private static let byteLimit = 16 << 20

    var numbers: Set<Int> = []
    var bytes = 0

    var hasRoom: Bool { numbers.count < Self.countLimit && bytes < Self.byteLimit }
}

/// Splits the input into numbered lines.
private struct CallLineReader {
    private let lineLimit: Int
    private var splitter = LineSplitter()
    private(set) var lineCount = 0

    init(lineLimit: Int) { self.lineLimit = lineLimit }

    /// Reads a piece; an empty one is the end.
    mutating func read(_ piece: UnsafeRawBufferPointer, _ body: (CallLine) -> Void) {
        var count = lineCount
        let limit = lineLimit
        func number(_ line: LineSplitter.Line) {
            count += 1
            body(CallLine(line, number: count, limit: limit))
        }
        if piece.isEmpty {
            splitter.finish(number)
        } else {
            splitter.split(piece, limit: limit, number)
        }
        lineCount = count
    }
}
