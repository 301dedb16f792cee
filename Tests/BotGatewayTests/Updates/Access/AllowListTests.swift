import Testing

@testable import BotGateway

@Suite struct AllowListTests {
    private func list(_ text: String) throws -> AllowList {
        var list = AllowList()
        try list.add(file: Array(text.utf8))
        return list
    }

    private func trouble(_ text: String) -> String? {
        do throws(AllowList.MalformedLine) {
            var list = AllowList()
            try list.add(file: Array(text.utf8))
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `a file has one entry per line, comments and blank lines`() throws {
        let list = try list(
            "# the family\n\nchat -1001234567890\n\t user  42 # Ada\r\nuser @Grace_H\nuser linus\nchat 42#x\n  #"
        )
        #expect(list.chats == [-1_001_234_567_890, 42])
        #expect(list.users == [42])
        #expect(list.names == ["grace_h", "linus"])
        #expect(list.userCount == 3)
    }

    @Test func `a file may lack the last newline, begin with a byte order mark, or be empty`() throws {
        #expect(try list("\u{FEFF}chat 1\nuser 2") == list("chat 1\r\nuser 2\r\n\r\n"))
        #expect(try list("").isEmpty)
        #expect(try list("# nobody yet\n").isEmpty)
        var latin = AllowList()
        try latin.add(file: Array("user 2 # ".utf8) + [0xE9, 0x0A])
        #expect(latin.users == [2])
    }

    @Test(arguments: [
        ("-1001234567890", "'chat ID', 'user ID' or 'user @name'"),
        ("@ada", "'chat ID', 'user ID' or 'user @name'"),
        ("chat", "'chat ID', 'user ID' or 'user @name'"),
        ("user 1 2", "'chat ID', 'user ID' or 'user @name'"),
        ("Chat 5", "'chat ID', 'user ID' or 'user @name'"),
        ("channel 5", "'chat ID', 'user ID' or 'user @name'"),
        ("chat @news", "a chat's id, such as -1001234567890"),
        ("chat 0", "a chat's id, such as -1001234567890"),
        ("chat +5", "a chat's id, such as -1001234567890"),
        ("chat 9223372036854775808", "a chat's id, such as -1001234567890"),
        ("user -5", "a user's id, such as 42, or a name, such as @ada"),
        ("user 0", "a user's id, such as 42, or a name, such as @ada"),
        ("user @", "a user's id, such as 42, or a name, such as @ada"),
        ("user @5a", "a user's id, such as 42, or a name, such as @ada"),
        ("user @ada.l", "a user's id, such as 42, or a name, such as @ada"),
        ("user @ада", "a user's id, such as 42, or a name, such as @ada"),
    ])
    func `a malformed line's error has its number and the expected form, but not its text`(
        _ line: String, _ expected: String
    ) {
        #expect(trouble("# list\nchat 1\n\(line)\n") == "line 3: expected \(expected)")
    }

    @Test func `a file with a malformed line adds nothing`() throws {
        var list = try list("chat 1\n")
        #expect(throws: AllowList.MalformedLine.self) { try list.add(file: Array("chat 2\nx\n".utf8)) }
        #expect(list.chats == [1])
    }

    @Test func `usernames match in any case, for ASCII only`() throws {
        let list = try list("user @KATE\n")
        #expect(list.admits(user: 5, name: "kaTe"))
        #expect(!list.admits(user: 5, name: "\u{212A}ate"))
        #expect(!list.admits(user: 5, name: "@kate"))
        #expect(!list.admits(user: nil, name: nil))
    }
}
