import Glibc
import Reactor
import TestSupport
import Testing

@Suite struct ExamplesTests {
    @Test func `each example replays its updates to its calls`() throws {
        let examples = Self.directories(in: "\(Places.project)/examples")
        #expect(examples.count >= 2)
        for example in examples {
            let folder = "\(Places.project)/examples/\(example)"
            let bot = try #require(Self.files(in: folder).first { $0.hasPrefix("bot.") })
            let arguments = ["--expect", "\(folder)/calls.ndjson", "\(folder)/updates.ndjson", "--"]
            let run = try ProgramRun(
                [Places.pipegram, "replay"] + arguments + ["\(folder)/\(bot)"], on: try EventLoop())
            #expect(run.wait(within: .seconds(60)) == 0, "\(example)")
            #expect(run.output == [], "\(example)")
            #expect(run.errorText == "", "\(example)")
        }
    }

    private static func directories(in path: String) -> [String] {
        files(in: path).filter { access("\(path)/\($0)/updates.ndjson", F_OK) == 0 }
    }

    private static func files(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names.filter { !$0.hasPrefix(".") }.sorted()
    }
}
