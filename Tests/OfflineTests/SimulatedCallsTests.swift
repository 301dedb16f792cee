import JSON
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway
@testable import Offline
@testable import TelegramSimulator

@Suite struct SimulatedCallsTests {
    /// A simulated Telegram with one user, 42, who has written to the bot.
    private final class Stage: Rigged {
        let rig: TestRig
        let world: SimulatedWorld
        let childFiles: ChildFiles
        let calls: SimulatedCalls
        var results: [CallResult] = []

        init(root: String? = nil) throws {
            rig = try TestRig()
            world = rig.world()
            childFiles = ChildFiles(in: nil, temporaryDirectory: rig.files.path)
            calls = SimulatedCalls(
                to: world.telegram, uploads: Uploads(root: root), files: childFiles, log: rig.log.logger)
            try world.act("createUser", ["id": 42, "first_name": "Ada"])
            try world.act("start")
        }

        func say(_ line: String) {
            guard let call = ChildLine(line, in: .chat(42)).call else { return }
            calls.perform(call, for: .chat(42)) { [unowned self] in results.append($0) }
        }

        var answer: JSON? {
            guard case .success(let answer) = results.last else { return nil }
            return answer
        }
    }

    @Test func `all scopes share one Telegram, and its refusals are counted and logged`() throws {
        let stage = try Stage()
        var seen: [String] = []
        stage.world.telegram.onAction = {
            if case .message(let message, _) = $0 { seen.append(message["text"]?.string ?? "") }
        }
        stage.say(#"{"type":"telegram.send_message","text":"hi"}"#)
        stage.say(#"{"type":"telegram.send_message","chat_id":99,"text":"hi"}"#)
        #expect(seen == ["hi"])
        #expect(stage.calls.refusals == 1)
        #expect(
            stage.log.text.contains("error chat:42 sendMessage rejected: 400 Bad Request: chat not found"))
        stage.say(#"{"type":"telegram.send_message","chat_id":99,"text":"hi","id":1}"#)
        #expect(stage.calls.refusals == 1)
        #expect(
            stage.log.text.contains("notice chat:42 sendMessage rejected: 400 Bad Request: chat not found"))
    }

    @Test func `a local file is sent and can be downloaded with the same bytes`() throws {
        let stage = try Stage()
        let bytes = [UInt8]((0..<3 << 20).map { UInt8(truncatingIfNeeded: $0 / 7) })
        let file = stage.files.write("long.bin", bytes)
        stage.say(#"{"type":"telegram.send_document","document":"file://\#(file)"}"#)
        let id = try #require(stage.answer?["document"]?["file_id"]?.string)
        stage.say(
            #"{"type":"telegram.download_file","file_id":"\#(id)","path":"\#(stage.files.path)/copy"}"#)
        #expect(stage.answer?["file_size"]?.integer == Int64(bytes.count))
        #expect(stage.files.bytes("copy") == bytes)
        stage.say(#"{"type":"telegram.download_file","file_id":"\#(id)"}"#)
        let path = try #require(stage.answer?["path"]?.string)
        #expect(path.hasSuffix("/chat-42/1/file_1.bin"))
        stage.calls.childEnded(.chat(42))
        #expect(
            stage.files.names(String(path.dropFirst(stage.files.path.count).dropLast(11))).isEmpty)
    }

    @Test func `a file that is missing or outside of the upload root is refused`() throws {
        let stage = try Stage(root: "/nowhere")
        let file = stage.files.write("secret", "x")
        stage.say(#"{"type":"telegram.send_document","document":"file://\#(file)"}"#)
        stage.say(#"{"type":"telegram.send_document","document":"file:///nowhere/x"}"#)
        #expect(stage.calls.refusals == 2)
        #expect(stage.log.text.contains("is outside of --upload-root /nowhere"))
    }

    @Test func `typing is shown in the scope's chat`() throws {
        let stage = try Stage()
        var chats: [Int64] = []
        stage.world.telegram.onAction = { if case .action(_, let chat) = $0 { chats.append(chat) } }
        stage.calls.childIsWorking(in: .chat(42))
        #expect(chats == [42])
    }
}
