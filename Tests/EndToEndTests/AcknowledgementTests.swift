import Glibc
import TestSupport
import Testing

@Suite(.ownProcess) struct AcknowledgementTests {
    /// A bot that records what it reads and acknowledges every event that contains "ack".
    private static let acknowledges = [
        "sh", "-c",
        #"""
        while read -r line; do
            printf '%s\n' "$line" >>"$TRANSCRIPTS/$PIPEGRAM_CHAT_ID"
            update=${line#*'"update_id":'}
            case $line in
            *ack*) printf '{"type":"telegram.ack","update_id":%s}\n' "${update%%,*}" ;;
            *wrong*) printf '{"type":"telegram.ack","update_id":1}\n' ;;
            *ask*) printf '{"type":"telegram.send_message","text":"?","id":1}\n' ;;
            *'"type":"telegram.result"'*) printf '{"type":"telegram.ack","update_id":9001}\n' ;;
            *die*) kill -9 $$ ;;
            esac
        done
        """#,
    ]

    private func texts(_ test: GatewayTest) -> [String] {
        test.transcript(of: 42).map { line in
            line.components(between: "\"text\":\"", and: "\"") ?? line.components(
                between: "\"type\":\"", and: "\"") ?? ""
        }
    }

    /// Whether the child gets no further line for 300 ms.
    private func isQuiet(_ test: GatewayTest) -> Bool {
        let count = test.transcript(of: 42).count
        return !test.wait(within: .milliseconds(300)) { test.transcript(of: 42).count > count }
    }

    @Test func `with --ack event the next event comes after the last one's acknowledgement`() throws {
        let test = try TestRig().gateway()
        try test.run(["--ack", "event", "--"] + Self.acknowledges)
        for text in ["ack 1", "ack 2", "silent", "never"] { test.say(text, in: 42) }
        #expect(test.wait { self.texts(test).count == 4 })
        #expect(isQuiet(test))
        #expect(texts(test) == ["telegram", "ack 1", "ack 2", "silent"])
        #expect(test.wait { (try? test.count("events")) == 2 })
    }

    @Test func `--window limits the number of events in flight`() throws {
        let test = try TestRig().gateway()
        try test.run(["--ack", "event", "--window", "2", "--"] + Self.acknowledges)
        for text in ["1", "2", "3"] { test.say(text, in: 42) }
        #expect(test.wait { self.texts(test).count == 3 })
        #expect(isQuiet(test))
        #expect(texts(test) == ["telegram", "1", "2"])
    }

    @Test func `a result is the next line and doesn't need an acknowledgement`() throws {
        let test = try TestRig().gateway()
        try test.run(["--ack", "event", "--"] + Self.acknowledges)
        for text in ["ask", "ack"] { test.say(text, in: 42) }
        #expect(test.wait { self.texts(test).count == 4 })
        #expect(texts(test) == ["telegram", "ask", "?", "ack"])
        #expect(test.wait { (try? test.count("events")) == 0 })
    }

    @Test func `acknowledging an event that isn't in flight is a warning`() throws {
        let test = try TestRig().gateway()
        try test.run(["--ack", "event", "--"] + Self.acknowledges)
        test.say("wrong", in: 42)
        #expect(test.waitForLog("ignored telegram.ack: update 1 is not in flight"))
        #expect(try test.count("events") == 1)
    }

    @Test func `an unacknowledged event is redelivered to the next child`() throws {
        let test = try TestRig().gateway()
        try test.run(["--ack", "event", "--window", "2", "--max-deliveries", "2", "--"] + Self.acknowledges)
        for text in ["die", "after", "ack"] { test.say(text, in: 42) }
        #expect(test.wait { self.texts(test).contains("ack") })
        let given = test.transcript(of: 42).filter { $0.contains("telegram.message") }
        #expect(given.count { $0.contains("\"text\":\"die\"") } == 2)
        #expect(
            given.filter { $0.contains("\"text\":\"die\"") }.last?.contains("\"redelivered\":true") == true)
        #expect(test.wait { (try? test.count("dead_letters")) == 1 && (try? test.count("events")) == 0 })
    }

    @Test func `with --ack exit a child gets one event and then the end of its input`() throws {
        let test = try TestRig().gateway()
        let bot = #"cat >>"$TRANSCRIPTS/42"; echo '{"type":"telegram.send_message","text":"read"}'"#
        try test.run(["--ack", "exit", "--", "sh", "-c", bot])
        for text in ["1", "2", "3"] { test.say(text, in: 42) }
        #expect(test.wait { test.texts(in: 42).count == 3 })
        #expect(texts(test) == ["telegram", "1", "telegram", "2", "telegram", "3"])
        #expect(test.wait { (try? test.count("events")) == 0 })
        #expect(test.stop() == 0)
    }

    @Test func `with --ack exit a nonzero status redelivers the event`() throws {
        let test = try TestRig().gateway()
        let bot = #"cat >>"$TRANSCRIPTS/42"; [ -e "$TRANSCRIPTS/ok" ] || { : >"$TRANSCRIPTS/ok"; exit 1; }"#
        try test.run(["--ack", "exit", "--", "sh", "-c", bot])
        test.say("x", in: 42)
        #expect(test.wait { self.texts(test) == ["telegram", "x", "telegram", "x"] })
        #expect(test.transcript(of: 42).map { $0.contains("redelivered") } == [false, false, false, true])
        #expect(test.wait { (try? test.count("events")) == 0 })
    }

    @Test(arguments: ["--ack-timeout", "--settle"])
    func `by default an event is acknowledged after --ack-timeout, formerly --settle`(
        _ option: String
    ) throws {
        let test = try TestRig().gateway()
        let bot =
            #"read -r scope; read -r event; echo '{"type":"telegram.send_message","text":"read"}'; exec tail -f /dev/null"#
        let gateway = try test.run([option, "100ms", "--", "sh", "-c", bot])
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["read"] })
        #expect(test.wait { (try? test.count("events")) == 0 })
        gateway.signal(SIGKILL)
        gateway.wait()
        #expect(try test.count("calls") == 0)
    }

    @Test func `an event is kept until its timeout or until a later one is read`() throws {
        let test = try TestRig().gateway()
        let gateway = try test.run(["--ack-timeout", "1h"], bot: "echo.sh")
        test.say("x", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["x"] && (try? test.count("calls")) == 0 })
        #expect(try test.count("events") == 1)
        test.say("y", in: 42)
        #expect(test.wait { test.texts(in: 42) == ["x", "y"] && (try? test.count("events")) == 1 })
        #expect(test.stop() == 0)
        #expect(gateway.exit?.status == 0)
        // The exit with status 0 acknowledged the last event.
        #expect(try test.count("events") == 0)
    }
}

extension String {
    /// The text between two markers; nil if the first one is missing.
    fileprivate func components(between start: String, and end: Character) -> String? {
        guard let range = firstRange(of: start) else { return nil }
        return String(self[range.upperBound...].prefix { $0 != end })
    }
}
