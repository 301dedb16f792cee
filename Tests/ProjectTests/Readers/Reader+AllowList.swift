import TestSupport

@testable import BotGateway

extension Reader {
    /// A file of those who may come in means the same when what it lists is written again, and a fault is on one
    /// of its lines.
    nonisolated static let allowLists = Reader(
        "allow-lists",
        samples: [
            "# the family\n\nchat -1001234567890\nuser 42 # Ada\n",
            "user @Grace_Hopper\r\nuser linus\nchat 1",
            "\u{FEFF}chat -9223372036854775808\n\tuser  9223372036854775807\t# п\n# \u{2028} \n",
            "# nobody comes in, however many lines there are to say so, # as long as\n# they\n# are\n#comments\n",
        ]
    ) { bytes in
        var list = AllowList()
        do throws(AllowList.MalformedLine) {
            try list.add(file: bytes)
        } catch {
            let lines = 1 + bytes.count { $0 == 0x0A }
            guard 1...lines ~= error.line else { return .fault("\(error) of \(lines)") }
            return list.isEmpty ? .refused : .fault("refused, and yet it lists somebody")
        }
        let lines = list.chats.map { "chat \($0)" } + list.users.map { "user \($0)" }
        let names = list.names.map { "user @\($0.uppercased())" }
        var again = AllowList()
        do throws(AllowList.MalformedLine) {
            try again.add(file: Array((lines + names).joined(separator: "\n").utf8))
        } catch {
            return .fault("written again: \(error)")
        }
        return again == list ? .read : .fault("written again it is \(again)")
    }
}
