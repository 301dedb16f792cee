import Glibc
import JSON
import Reactor
import TestSupport
import Testing

/// `--scope`, from the update to the call.
@Suite(.ownProcess) struct ScopeOptionTests {
    private static let forum = #""chat":{"id":-100,"type":"supergroup","title":"Forum"}"#

    private static func user(_ id: Int) -> String { #"{"id":\#(id),"is_bot":false,"first_name":"U"}"# }

    private static func message(_ id: Int, from user: Int, thread: Int? = nil) -> String {
        let thread = thread.map { #""message_thread_id":\#($0),"is_topic_message":true,"# } ?? ""
        return #"{"message_id":\#(id),\#(thread)"from":\#(Self.user(user)),\#(forum),"date":0,"text":"x"}"#
    }

    private static let log = [
        #"{"update_id":1,"message":\#(message(1, from: 7, thread: 3))}"#,
        #"{"update_id":2,"message":\#(message(2, from: 8, thread: 4))}"#,
        #"{"update_id":3,"message":\#(message(3, from: 7))}"#,
        #"{"update_id":4,"inline_query":{"id":"1","from":\#(user(7)),"query":"","offset":""}}"#,
        #"{"update_id":5,"poll":{"id":"1","question":"?","type":"quiz"}}"#,
        #"{"update_id":6,"business_message":{"message_id":4,"business_connection_id":"b1","from":\#(user(7)),"chat":{"id":7,"type":"private"},"date":0,"text":"x"}}"#,
        #"{"update_id":7,"callback_query":{"id":"1","from":\#(user(8)),"message":\#(message(1, from: 7, thread: 3)),"chat_instance":"1"}}"#,
    ].joined(separator: "\n")

    /// A bot that answers messages in its scope's chat, or in the forum, and records its input and environment.
    private static let bot = """
        #!/bin/sh
        file="$TRANSCRIPTS/$(printf %s "$PIPEGRAM_SCOPE" | tr / _)"
        printf 'env %s\\n' "$(env | grep -E '^PIPEGRAM_(CHAT|USER)' | sort | tr '\\n' ' ')" >>"$file"
        chat=
        [ -n "$PIPEGRAM_CHAT_ID" ] || chat='"chat_id":-100,'
        while read -r line; do
            printf '%s\\n' "$line" >>"$file"
            case $line in *'message","update_id"'*)
                printf '{"type":"telegram.send_message",%s"text":"hi"}\\n' "$chat" ;;
            esac
        done
        """

    private struct Expected {
        let scope: String
        let environment: String
        /// The beginning of the scope line.
        let opening: String
        let updates: [Int64]
    }

    private static let chat = "PIPEGRAM_CHAT_ID=-100 PIPEGRAM_CHAT_TYPE=supergroup "
    private static let business = Expected(
        scope: "business:b1/chat:7", environment: "PIPEGRAM_CHAT_ID=7 PIPEGRAM_CHAT_TYPE=private ",
        opening: #""chat":{"id":7,"type":"private"},"business_connection_id":"b1","#, updates: [6])

    private static func ofForum(_ updates: [Int64], thread: Int? = nil) -> Expected {
        Expected(
            scope: "chat:-100" + (thread.map { "/topic:\($0)" } ?? ""), environment: chat,
            opening: forum + "," + (thread.map { #""message_thread_id":\#($0),"# } ?? ""), updates: updates)
    }

    private static func ofUser(_ id: Int, _ updates: [Int64]) -> Expected {
        Expected(
            scope: "user:\(id)", environment: "PIPEGRAM_USER_ID=\(id) ",
            opening: #""user":\#(user(id)),"#, updates: updates)
    }

    private static func expected(_ choice: String) -> (children: [Expected], calls: [String]) {
        let inForum = #""chat_id":-100,"text":"hi""#
        let inBusiness = #""business_connection_id":"b1","chat_id":7,"text":"hi""#
        switch choice {
        case "topic":
            return (
                [
                    ofForum([1, 7], thread: 3), ofForum([2], thread: 4), ofForum([3]), ofUser(7, [4]),
                    business,
                ],
                [3, 4].map { #""message_thread_id":\#($0),"# + inForum } + [inForum, inBusiness]
            )
        case "user":
            return (
                [ofUser(7, [1, 3, 4, 6]), ofUser(8, [2, 7])], [inForum, inForum, inForum, inForum]
            )
        case "bot":
            let all = Expected(scope: "bot", environment: "", opening: "", updates: Array(1...7))
            return ([all], [inForum, inForum, inForum, inForum])
        default:
            return (
                [ofForum([1, 2, 3, 7]), ofUser(7, [4]), business], [inForum, inForum, inForum, inBusiness]
            )
        }
    }

    @Test(arguments: [nil, "chat", "topic", "user", "bot"])
    func `each --scope has its own children, with their lines and variables`(_ choice: String?) throws {
        let files = TemporaryDirectory()
        let options = choice.map { ["--scope", $0] } ?? []
        let log = files.write("log.ndjson", Self.log)
        let replay = try TestRig().pipegram(
            ["replay"] + options + [log, "--", files.write("script.sh", Self.bot)],
            environment: ["TRANSCRIPTS": files.path]
        ).end()
        #expect(replay.status == 0)
        #expect(replay.errorText == "")
        let expected = Self.expected(choice ?? "chat")
        #expect(replay.output == expected.calls.map { #"{"type":"telegram.send_message",\#($0)}"# })
        for child in expected.children {
            let lines = files.read(child.scope.replacing("/", with: "_"))?.split(separator: "\n") ?? []
            #expect(lines.count == child.updates.count + 3, "\(child.scope): once started, once told to go")
            #expect(lines.first ?? "" == "env \(child.environment)")
            let rest = lines.dropFirst()
            #expect(
                rest.first?.hasPrefix(#"{"type":"telegram",\#(child.opening)"spec_version":"1.0","#) == true)
            let updates = try rest.compactMap { try JSON(parsing: String($0))["update_id"]?.integer }
            #expect(updates == child.updates, "\(child.scope)")
        }
    }

    @Test func `unordered calls carry a topic or the whole bot as their scope`() throws {
        for (choice, scopes) in [
            ("topic", ["business:b1/chat:7", "chat:-100", "chat:-100/topic:3", "chat:-100/topic:4"]),
            ("bot", ["bot", "bot", "bot", "bot"]),
        ] {
            let files = TemporaryDirectory()
            let log = files.write("log.ndjson", Self.log)
            let replay = try TestRig().pipegram(
                [
                    "replay", "--unordered", "--scope", choice, log, "--", files.write("script.sh", Self.bot),
                ], environment: ["TRANSCRIPTS": files.path]
            ).end()
            #expect(replay.status == 0)
            #expect(try replay.output.map { try JSON(parsing: $0)["scope"]?.string ?? "" }.sorted() == scopes)
        }
    }

    @Test func `an unknown scope is refused with the four valid ones`() throws {
        let run = try TestRig().pipegram(["run", "--scope", "everybody", "--", "cat"]).end()
        #expect(run.status == 64)
        for word in ["chat", "topic", "user", "bot"] { #expect(run.errorText.contains(word)) }
    }

    @Test func `--plain is refused with a scope that has no chat`() throws {
        for command in [["run"], ["replay"]] {
            for choice in ["user", "bot"] {
                let file = command == ["replay"] ? ["/nowhere/log"] : []
                let run = try TestRig().pipegram(
                    command + ["--plain", "--scope", choice] + file + ["--", "cat"]
                ).end()
                #expect(run.status == 64)
                #expect(run.errorText.contains("--plain doesn't work with --scope \(choice)"))
            }
        }
    }

    @Test func `a plain program in a topic answers there`() throws {
        let files = TemporaryDirectory()
        let replay = try TestRig().pipegram([
            "replay", "--plain", "--scope", "topic", files.write("log.ndjson", Self.log), "--", "cat",
        ]).end()
        #expect(replay.status == 0)
        #expect(
            replay.output.first
                == #"{"type":"telegram.send_message","message_thread_id":3,"chat_id":-100,"text":"x"}"#)
        #expect(replay.output.count == 4)
    }

    /// Messages of two users to one channel.
    private static let directLog = [(1, 42, "ada"), (2, 43, "bob"), (3, 42, "ada again")].map {
        id, user, text in
        #"{"update_id":\#(id),"message":{"message_id":\#(id),"direct_messages_topic":{"topic_id":\#(user)},"#
            + #""from":\#(Self.user(user)),"chat":{"id":-100,"type":"supergroup","is_direct_messages":true},"#
            + #""date":0,"text":"\#(text)"}}"#
    }.joined(separator: "\n")

    @Test(arguments: ["chat", "topic"])
    func `each user who writes to a channel has a child, and a plain program answers each`(
        _ choice: String
    ) throws {
        let files = TemporaryDirectory()
        let bot = "#!/bin/sh\nwhile read -r line; do echo \"$PIPEGRAM_SCOPE $line\"; done\n"
        let replay = try TestRig().pipegram([
            "replay", "--plain", "--scope", choice, files.write("log.ndjson", Self.directLog), "--",
            files.write("bot.sh", bot),
        ]).end()
        #expect(replay.status == 0, "\(replay.errors)")
        #expect(
            replay.output
                == [(42, "ada"), (42, "ada again"), (43, "bob")].map { topic, text in
                    #"{"type":"telegram.send_message","direct_messages_topic_id":\#(topic),"chat_id":-100,"#
                        + #""text":"chat:-100/direct:\#(topic) \#(text)"}"#
                })
    }

    @Test func `direct messages survive a kill, with their scope in the status`() throws {
        let test = try TestRig().gateway()
        test.telegram.fail(method: "sendMessage", with: .hang)
        let bot = test.files.write("script.sh", Self.bot)
        let first = try test.run(["--typing", "--", bot])
        let message = try JSON(parsing: String(Self.directLog.prefix { $0 != "\n" }))["message"] ?? [:]
        test.telegram.add(message, as: "message")
        #expect(test.wait { (try? test.count("calls")) == 1 })
        #expect(try test.command(["status"]).output.contains { $0.contains("  chat:-100/direct:42  ") })
        first.signal(SIGKILL)
        first.wait()
        test.telegram.clearFaults()
        try test.run(["--", bot])
        #expect(test.wait { test.texts(in: -100) == ["hi"] || test.texts(in: -100) == ["hi", "hi"] })
        let sent = test.telegram.calls.filter { $0.method == "sendMessage" && $0.wasCarriedOut }
        #expect(sent.allSatisfy { $0.parameters["direct_messages_topic_id"] == 42 })
        #expect(!test.telegram.calls.contains { $0.method == "sendChatAction" })
        #expect(test.stop() == 0)
    }

    @Test func `events and calls of an earlier run keep their scope, and a call to General goes there`()
        throws
    {
        let test = try TestRig().gateway()
        test.telegram.fail(method: "sendMessage", with: .hang)
        let calls = """
            #!/bin/sh
            echo '{"type":"telegram.send_message","message_thread_id":null,"text":"general"}'
            exec sleep 60
            """
        let first = try test.run(["--scope", "topic", "--", test.files.write("calls.sh", calls)])
        try test.telegram.add(JSON(parsing: Self.message(1, from: 7, thread: 3)), as: "message")
        #expect(test.wait { (try? test.count("calls")) == 1 && (try? test.count("events")) == 1 })
        let status = try test.command(["status"])
        #expect(status.output.contains { $0.contains("  chat:-100/topic:3  ") })
        first.signal(SIGKILL)
        first.wait()
        test.telegram.clearFaults()
        try test.run(["--scope", "bot", "--", test.files.write("script.sh", Self.bot)])
        #expect(test.wait { test.texts(in: -100) == ["general", "hi"] })
        try test.telegram.add(JSON(parsing: Self.message(2, from: 7, thread: 3)), as: "message")
        #expect(test.wait { test.texts(in: -100) == ["general", "hi", "hi"] })
        let threads = test.telegram.calls.filter(\.wasCarriedOut)
            .filter { $0.method == "sendMessage" }.map { $0.parameters["message_thread_id"]?.integer }
        #expect(threads == [nil, 3, nil])
        #expect(test.files.read("chat:-100_topic:3")?.contains(#""redelivered":true"#) == true)
        #expect(test.files.read("bot")?.contains(#""update_id":9002"#) == true)
        #expect(test.stop() == 0)
    }

    @Test func `--workdir and the arguments name the child's scope`() throws {
        let rig = try TestRig()
        let files = rig.files
        files.write("log", Self.log)
        let bot = files.write(
            "bot", "#!/bin/sh\npwd >>$TRANSCRIPTS/places\necho \"$@\" >>$TRANSCRIPTS/arguments\n")
        chmod(bot, 0o755)
        // The program's path is relative to the gateway's directory.
        let line =
            "cd \(files.path) && exec \(ProjectPaths.pipegram) replay --scope topic --workdir 'of/{scope}' "
            + "log ./bot {chat_id} 'a {shard:1}'"
        _ = try rig.run(["sh", "-c", line], environment: ["TRANSCRIPTS": files.path]).end()
        let places = Set(
            (files.read("places") ?? "").split(separator: "\n").map { $0.split(separator: "/").last })
        #expect(
            places == [
                "chat:-100,topic:3", "chat:-100,topic:4", "chat:-100", "user:7", "business:b1,chat:7",
            ])
        #expect(Set((files.read("arguments") ?? "").split(separator: "\n")) == ["-100 a 0", " a 0", "7 a 0"])
    }

    @Test func `a working directory that can't be made is named`() throws {
        let rig = try TestRig()
        let log = rig.files.write("log", Self.log)
        for (place, path) in [("\(log)/{scope}", "\(log)/chat:-100"), (log, log), ("", "")] {
            let end = try rig.pipegram(["replay", "--workdir", place, log, "cat"]).end()
            #expect(end.status == 1)
            #expect(end.errorText.contains("making the working directory \(path): "), "\(end.errorText)")
        }
    }
}
