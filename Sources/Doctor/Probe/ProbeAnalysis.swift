import BotAPI
import JSON
import Reactor

/// Derives diagnoses and fixes from the records of a bot's behaviour.
struct ProbeAnalysis {
    let script: Script?
    let options: ProbeOptions
    /// A line came in time in some scenario, so stdout isn't buffered.
    private var answeredInTime = false
    private(set) var diagnoses: [Diagnosis] = []
    /// The problems reported so far; each is reported once, with its first case.
    private var reported: Set<String> = []

    /// - Parameter records: one record per scenario.
    static func diagnoses(
        of records: [ProbeRecord], script: Script?, options: ProbeOptions
    ) -> [Diagnosis] {
        var analysis = ProbeAnalysis(script: script, options: options)
        analysis.answeredInTime = records.contains { $0.lines.beforeEnd > 0 }
        for record in records { analysis.diagnose(record) }
        analysis.summarize(records)
        return analysis.diagnoses
    }

    private init(script: Script?, options: ProbeOptions) {
        (self.script, self.options) = (script, options)
    }

    var name: String { script?.name ?? "program" }
    var language: Language? { script?.language }

    func place(_ line: Int?) -> String { script?.place(line) ?? "program" }

    /// Marks a problem as reported, and returns whether it is new.
    mutating func isFirst(_ kind: String) -> Bool { reported.insert(kind).inserted }

    mutating func fault(_ kind: String, at line: Int?, _ message: String) {
        guard isFirst("\(kind) \(line ?? 0)") else { return }
        diagnoses.append(.fault(place(line), message))
    }

    mutating func hint(_ kind: String, at line: Int? = nil, _ message: String) {
        guard isFirst(kind) else { return }
        diagnoses.append(.hint(place(line), message))
    }

    private mutating func diagnose(_ record: ProbeRecord) {
        if let failure = record.startFailure {
            return fault("start", at: nil, "can't be started: \(failure)")
        }
        if record.exitsUnread {
            return fault(
                "unread", at: nil,
                "it exits, with status 0, without reading an event: a bot must read stdin line by line until its end"
                    + (options.isPlain ? ". Put a program that doesn't read in a loop: \(Self.loop)" : ""))
        }
        diagnoseCrashes(record.crashes)
        if record.crashes.contains(where: \.isAtStart) { return }
        diagnoseStall(record)
        if record.stall == nil || record.lines.beforeEnd > 0 { diagnoseBuffering(record) }
        diagnoseLines(record)
        diagnoseAcknowledgements(record)
        diagnoseShutdown(record)
    }

    private mutating func diagnoseAcknowledgements(_ record: ProbeRecord) {
        if record.lines.hasAcknowledgement, !options.awaitsAcknowledgement {
            hint(
                "unusedAck", at: script?.line(with: ["telegram.ack"]),
                "it writes telegram.ack, which has no effect without --ack event. Run the gateway with --ack event, "
                    + "and doctor too")
        }
        if let held = record.lines.heldUntilStop, options.window == 1 {
            fault(
                "stop", at: nil,
                "it acknowledges \(held.name) only after a /stop, which waits behind that event, as a button press does: "
                    + "run it with --window 4")
        }
        // Nothing came before the end of stdin: a buffer is reported as such.
        guard let step = record.lines.unacknowledged, record.lines.beforeEnd > 0 || record.lines.count == 0
        else {
            return
        }
        let line = #"{"type":"telegram.ack","update_id":\#(step.event.updateID)}"#
        fault(
            "ack", at: script?.line(with: ["telegram.ack"]),
            "it doesn't acknowledge \(step.name) within \(options.patience.rounded). With --ack event, print \(line) when "
                + "an event of any type is processed")
    }

    // MARK: crashes

    private mutating func diagnoseCrashes(_ crashes: [ProbeRecord.Crash]) {
        for crash in crashes {
            let line = script?.line(in: crash.stderr)
            let cause = script?.cause(in: crash.stderr) ?? crash.stderr.last
            let input = crash.isOnScope ? "the scope line" : crash.step?.name ?? "the end of its stdin"
            let place = crash.isAtStart ? "at its start" : "on \(input)"
            let how =
                ChildProcess.Exit.signal(of: crash.status).map { "killed by signal \($0)" }
                ?? "with status \(crash.status)"
            let why = cause.map { ": \($0.prefix(200))" } ?? ", without a message on stderr"
            if options.isPlain, crash.step == nil { continue }
            fault("death", at: line, "it crashes \(place), \(how)\(why)\(remedy(for: crash, cause ?? ""))")
        }
    }

    private func remedy(for crash: ProbeRecord.Crash, _ cause: String) -> String {
        if let module = Self.word(after: "No module named '", in: cause) {
            let package = module.split(separator: ".").first ?? module
            guard let file = script?.neighbor(ofModule: package) else {
                return ". Install it: pip install \(package)"
            }
            return ". \(file) is beside the bot, but hidden from it"
                + (options.isBoxed ? " by --box: put the bot into a directory of its own" : "")
        }
        if let module = Self.word(after: "partially initialized module '", in: cause) {
            return ". If the bot has its own \(module).py, rename it: it shadows the module"
        }
        if crash.isAtStart { return "" }
        guard let step = crash.step else {
            return ". It should exit with status 0 when stdin ends"
        }
        // The crash was caused by the environment, not by the event.
        guard !Self.environmentProblems.contains(where: cause.contains) else { return "" }
        if crash.isOnScope {
            return ". The first line is the scope, not a message: check each line's type first"
                + missingKey(in: cause, of: step)
        }
        switch step.edgeCase {
        case .unknownKind:
            return ". Telegram adds event types: ignore unknown ones"
        case .unknownKey:
            return ". Telegram adds keys: ignore unknown ones"
        case .noText, .button, .edit:
            let key = language?.missingKey ?? "a check that the key exists"
            return ". Not every event has every key: check its type first, and use \(key)"
        case nil, .quotes: return missingKey(in: cause, of: step)
        }
    }

    /// Names the key that the bot looked for, if the event doesn't have it, and a similar one.
    private func missingKey(in cause: String, of step: Scenario.Step) -> String {
        guard let key = Self.word(after: "KeyError: '", in: cause).map(String.init),
            let event = try? JSON(parsing: step.event.line)
        else { return "" }
        let keys = event.keys + (event["from"]?.keys ?? []) + (event["chat"]?.keys ?? [])
        guard !keys.contains(key) else { return "" }
        return ". The event has no key '\(key)'\(SpellingSuggestion.hint(to: key, among: keys))"
    }

    /// Messages of the system and of shells about problems in a program's environment.
    private static let environmentProblems = [
        "No such file", "nonexistent", "not found", "Permission denied", "Read-only file system",
        "No space left",
        "Too many open files", "Connection refused", "resolve host", "ModuleNotFoundError", "cannot open",
    ]

    /// The text after these words, up to the next quote.
    private static func word(after words: String, in text: String) -> Substring? {
        text.firstRange(of: words).map { text[$0.upperBound...].prefix { $0 != "'" } }
    }

    // MARK: reading and waiting

    private mutating func diagnoseStall(_ record: ProbeRecord) {
        guard let (stall, step) = record.stall else { return }
        let patience = options.patience.rounded
        switch stall {
        case .unread:
            fault(
                "unread", at: nil,
                "it doesn't read its stdin: \(step.name) is unread after \(patience). Read stdin line by line until its end"
            )
        case .slow:
            hint(
                "slow",
                "it still processes \(step.name) after \(patience), so the rest wasn't tried. If that is expected, "
                    + "increase --patience")
        case .busy:
            let line = script?.line(with: [
                "BlockingIOError", "O_NONBLOCK", "set_blocking", "while true", "while True", "while :",
                "while 1",
            ])
            fault(
                "busy", at: line,
                "it has nothing left to read, and still uses a whole CPU after \(patience). Block in a read of "
                    + "stdin or in poll instead of busy-waiting")
        case .flood:
            fault("flood", at: nil, "it writes endlessly: more than 2000 lines for \(step.name)")
        }
    }

    private mutating func diagnoseBuffering(_ record: ProbeRecord) {
        let kept = record.lines.atEnd - record.lines.statesAtEnd
        guard !answeredInTime, kept > 0, record.wasIdle, !options.isSingleEvent else { return }
        if let line = script?.lineReadingAll() {
            return fault(
                "buffer", at: line,
                "it answers only when stdin ends, because it reads all of it first. Read it line by line")
        }
        let (line, remedy) =
            script?.bufferedLine() ?? (nil, "flush stdout after each line, or start it with stdbuf -oL")
        let remark =
            "its stdout is buffered: no output came until stdin was closed. \(remedy.firstUppercased)"
        // A single line may be an intended goodbye message.
        guard kept > 1 || options.isPlain else {
            guard record.badLines.isEmpty, script?.flushes != true else { return }
            return hint(
                "buffer", at: line,
                "it wrote its only line after stdin ended. If that is not intended: \(remedy)")
        }
        fault("buffer", at: line, remark)
    }

    // MARK: shutdown

    private mutating func diagnoseShutdown(_ record: ProbeRecord) {
        let patience = options.patience.rounded
        if record.shutdown.ignoresEnd, record.stall == nil {
            let line = script?.line(with: [
                "while True", "while true", "while :", "while 1", "while (true)", "while (1)", "loop do",
                "for (;;)",
            ])
            let how = record.shutdown.isBusy ? "it is in a busy loop" : "it still runs"
            fault(
                "end", at: line,
                "it doesn't exit when its stdin ends: \(how) after \(patience). "
                    + (language?.exitAdvice ?? "Leave the loop at the end of the input"))
        }
        if record.shutdown.ignoresSIGTERM {
            fault(
                "term", at: script?.line(with: ["trap", "SIGTERM", "SIG_IGN"]),
                "it ignores SIGTERM too, and had to be killed. Don't handle SIGTERM, or exit on it")
        }
        // A bot that had to be killed couldn't stop its own children.
        for orphan in record.shutdown.ignoresSIGTERM ? [] : record.orphans {
            let command = orphan.command.split(separator: " ").first.map(String.init) ?? ""
            let file = command.baseName ?? command
            let line =
                script?.line(with: [" &", "Popen", "spawn", "fork", "nohup", "setsid"])
                ?? (file.isEmpty ? nil : script?.line(with: [file]))
            fault(
                "left", at: line,
                "it leaves a process behind when it exits: \(orphan.command.prefix(80)) (pid \(orphan.pid), now killed). Stop it, or "
                    + "wait for it, first" + (language == .shell ? ": trap 'kill $!' EXIT" : ""))
        }
    }

    private static let loop = "sh -c 'while read -r line; do date; done'"

    // MARK: summary

    /// The bot made no call, and wrote something else: text, its input, or messages about its input.
    private func suggestsText(_ records: [ProbeRecord]) -> Bool {
        let isSilent =
            records.allSatisfy { $0.lines.count == 0 } && records.contains { $0.lines.onStderr > 0 }
        let hasText = records.contains { $0.badLines.contains { $0.error.isText($0.text.utf8) } }
        let fails = records.contains { !$0.crashes.isEmpty || $0.startFailure != nil }
        return !fails && (isSilent || hasText || reported.contains("echo"))
    }

    private mutating func suggestPlainText(_ records: [ProbeRecord]) {
        let hasCalled = records.contains { $0.calls.count > $0.calls.unknown.count }
        guard !options.isPlain, !hasCalled, suggestsText(records) else { return }
        hint("plain", "it made no call. If it reads and prints plain text, use: \(options.plainCommandLine)")
    }

    private mutating func summarize(_ records: [ProbeRecord]) {
        let events = records.reduce(0) { $0 + $1.eventsGiven }
        let calls = records.reduce(0) { $0 + $1.calls.count }
        let lines = records.reduce(0) { $0 + $1.lines.count }
        suggestPlainText(records)
        guard !diagnoses.contains(where: { $0.severity == .fault }) else { return }
        let isCut = records.contains { $0.stall != nil }
        let said =
            options.isPlain ? "printed \(lines.counted("line"))" : "made \(calls.counted("call"))"
        let things = calls == 0 && !options.isPlain || lines == 0 ? "wrote nothing" : said
        // `--ack exit` is for one process per event, as in CGI.
        let end =
            records.contains { $0.earlyExits > 0 }
            ? "exited after an event, as --ack exit requires" : "exited when stdin ended"
        diagnoses.insert(
            .fine(name, "it read \(events.counted("event")), \(things)\(isCut ? "" : ", and \(end)")"),
            at: 0)
    }
}

extension String {
    /// `Write …` of `write …`.
    var firstUppercased: String { prefix(1).uppercased() + dropFirst() }
}
