import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotGateway

@Suite struct CommandTemplateTests {
    private func program(_ arguments: [String]) throws -> Program {
        try Program(["true"] + arguments, searchPath: "/usr/bin:/bin")
    }

    private func filled(
        _ arguments: [String], directory: String? = nil, scopes: ScopeChoice? = nil, for scope: Scope
    ) throws -> Program {
        let template = try CommandTemplate(try program(arguments), directory: directory, scopes: scopes)
        let line = ScopeLine(openedBy: IncomingEvent(updateID: 1, scope: scope, line: Array("{}\n".utf8)))
        let environment = ChildEnvironment(
            gateway: [], isSecret: { _ in false }, bot: ["id": 7], version: "0")
        return template.program(for: line, in: environment)
    }

    private func value(_ argument: String, for scope: Scope) throws -> String {
        try filled([argument], for: scope).arguments[1]
    }

    @Test func `each name is filled in, and stays a part of its argument`() throws {
        let scope = Scope.topic(chat: -1001, thread: 3)
        #expect(
            try filled(["-T", "a {scope} b", "{chat_id}"], for: scope).arguments == [
                "true", "-T", "a chat:-1001/topic:3 b", "-1001",
            ])
        #expect(try value("{user_id}", for: .user(7)) == "7")
        #expect(try value("{user_id}{chat_id}", for: .bot) == "")
        #expect(try value("{chat_id}-{chat_id}", for: .chat(42)) == "42-42")
    }

    @Test func `a value has no character that means something to a shell`() throws {
        let connection = (1...255 as ClosedRange<UInt32>).compactMap(UnicodeScalar.init).map(String.init)
            .joined()
        let value = try value("{scope}", for: .business(connection: "../$(rm)\(connection)", chat: 42))
        #expect(value.hasPrefix("business:%2e%2e%2f%24%28rm%29%01%02"))
        #expect(value.hasSuffix("/chat:42"))
        #expect(value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "%:/_-".contains($0)) })
    }

    @Test func `a scope keeps its shard`() throws {
        let shards = try (1...200).map { try value("{shard:4}", for: .chat($0)) }
        for shard in 0...3 { #expect((40...60).contains(shards.count { $0 == "\(shard)" })) }
        // A later version must compute the same.
        #expect(shards.prefix(10) == ["1", "0", "3", "2", "1", "0", "3", "2", "1", "0"])
        #expect(try value("{shard:1}", for: .bot) == "0")
    }

    @Test func `the directory has no slash of a scope`() throws {
        let filled = try filled([], directory: "/data/{scope}", for: .topic(chat: 1, thread: 3))
        #expect(filled.directory == "/data/chat:1,topic:3")
    }

    @Test(arguments: ["{}", "{print $1}", "${name}", "{Name}", "{{.Names}}", "{\"a\":1}", "{a b}", "{1}"])
    func `other braces stay`(_ argument: String) throws {
        #expect(try value(argument, for: .chat(42)) == argument)
    }

    @Test func `doubled braces make single ones`() throws {
        #expect(try value("{{scope}} {{print}}", for: .chat(42)) == "{scope} {print}")
        #expect(try value("{{\"a\":{chat_id}}}", for: .chat(42)) == "{{\"a\":42}}")
    }

    @Test(
        arguments: [
            (
                "{print}", nil,
                "unknown name {print} in '{print}': there are {scope}, {chat_id}, {user_id}, {shard:N}"
            ),
            ("a{chatid}", nil, "unknown name {chatid}"), ("{scope:3}", nil, "unknown name {scope:3}"),
            ("{shard}", nil, "{shard} in '{shard}' needs a number from 1 to 1000000, as in {shard:4}"),
            ("{shard:0}", nil, "needs a number"), ("{shard:x}", nil, "needs a number"),
            ("{shard:+3}", nil, "needs a number"),
            ("{chat_id}", .user, "needs --scope chat or topic"),
            ("{chat_id}", .bot, "needs --scope chat or topic"),
            ("{user_id}", .chat, "needs --scope user"),
        ] as [(String, ScopeChoice?, String)])
    func `a name that can't be filled in is an error`(
        _ argument: String, _ scopes: ScopeChoice?, _ words: String
    ) throws {
        for (argument, directory) in [([argument], nil), ([], argument)] {
            let program = try program(argument)
            #expect {
                try CommandTemplate(program, directory: directory, scopes: scopes)
            } throws: {
                "\($0)".contains(words)
            }
        }
    }
}
