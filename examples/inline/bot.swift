// Answers inline queries: a user types "@your_bot hello" in any chat and chooses one of three variants. Turn inline
// queries on with BotFather's /setinline. An inline query has no chat, so each user has a child.
import Foundation

struct Event: Decodable {
    let type: String
    let id, query: String?
}

struct Answer: Encodable {
    var type = "telegram.answer_inline_query"
    let inline_query_id: String
    let results: [Article]
}

struct Article: Encodable {
    var type = "article"
    let id, title, description: String
    let input_message_content: [String: String]
}

let ways: [(name: String, say: (String) -> String)] = [
    ("Loudly", { $0.uppercased() }),
    ("Backwards", { String($0.reversed()) }),
    ("With applause", { $0.split(separator: " ").joined(separator: " 👏 ") }),
]
let encoder = JSONEncoder()
encoder.outputFormatting = .sortedKeys

while let line = readLine() {
    guard let event = try? JSONDecoder().decode(Event.self, from: Data(line.utf8)),
        event.type == "telegram.inline_query", let id = event.id, let query = event.query
    else { continue }
    let articles = ways.map { (name, say) -> Article in
        let content = ["message_text": say(query)]
        return Article(id: name, title: name, description: say(query), input_message_content: content)
    }
    let answer = Answer(inline_query_id: id, results: query.allSatisfy(\.isWhitespace) ? [] : articles)
    FileHandle.standardOutput.write(try encoder.encode(answer) + Data("\n".utf8))
}
