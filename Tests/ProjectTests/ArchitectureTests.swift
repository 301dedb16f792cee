import Glibc
import JSON
import Reactor
import TestSupport
import Testing

@testable import BotAPI
@testable import BotGateway
@testable import Chat
@testable import Offline
@testable import TelegramSimulator

/// Keeps the directions that SwiftPM doesn't: an `import CCurl` would compile from anywhere.
@Suite struct ArchitectureTests {
    private struct Source {
        let path: String
        let text: String

        var imports: [String] {
            text.split(separator: "\n").filter { $0.hasPrefix("import ") }.map { String($0.dropFirst(7)) }
        }

        /// The words of its code, comments left out.
        var words: Set<String> {
            var words: Set<String> = []
            for line in text.split(separator: "\n") {
                let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
                for word in code.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }) {
                    words.insert(String(word))
                }
            }
            return words
        }
    }

    private static func sources(in folder: String) throws -> [Source] {
        let directory = try #require(opendir("\(Places.project)/Sources/\(folder)"), "\(folder)")
        defer { closedir(directory) }
        var sources: [Source] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            let path = "\(folder)/\(name)"
            if name.hasSuffix(".swift") {
                sources.append(
                    Source(path: path, text: try #require(read("\(Places.project)/Sources/\(path)"))))
            } else if !name.hasPrefix("."), entry.pointee.d_type == UInt8(DT_DIR) {
                sources += try self.sources(in: path)
            }
        }
        return sources
    }

    private static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = Glibc.read(file, &piece, piece.count), count > 0 { bytes += piece[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("CJansson", ["JSON/"]), ("CCurl", ["Reactor/"]), ("CMicroHTTPD", ["Reactor/"]),
        ("CEdit", ["Reactor/LineEditor.swift", "Reactor/Terminal.swift"]),
        ("CSQLite", ["BotGateway/Store/"]), ("CSystem", ["Reactor/", "BotGateway/Store/"]),
        ("ArgumentParser", ["pipegram/"]),
    ])
    func `a C library, and the parser of options, are imported in one place`(
        _ module: String, _ places: [String]
    ) throws {
        let importers = try ["JSON", "Reactor", "BotGateway", "pipegram"].flatMap(Self.sources)
            .filter { $0.imports.contains(module) }
        #expect(!importers.isEmpty)
        for source in importers {
            #expect(places.contains { source.path.hasPrefix($0) }, "\(source.path) imports \(module)")
        }
    }

    @Test func `nobody imports Foundation, or waits for a Task`() throws {
        for source in try ["JSON", "Reactor", "BotGateway", "pipegram"].flatMap(Self.sources) {
            #expect(
                !source.imports.contains { $0.hasPrefix("Foundation") || $0 == "Dispatch" }, "\(source.path)")
            #expect(source.words.isDisjoint(with: ["Task", "async", "await", "Mutex"]), "\(source.path)")
        }
    }

    /// Swift 6.3 can't import it from a release build's module otherwise: `deinit is marked isolated, but
    /// containing class is not isolated to an actor`. The isolation that is the default isn't written there.
    @Test func `a public class with an isolated deinit says that it is the main actor's`() throws {
        for source in try ["JSON", "Reactor", "BotGateway", "pipegram"].flatMap(Self.sources)
        where source.text.contains("isolated deinit") {
            #expect(!source.text.contains("\npublic final class"), "\(source.path)")
        }
    }

    @Test func `events are pure: they know JSON and nothing else`() throws {
        for source in try Self.sources(in: "BotGateway/Events") {
            #expect(Set(source.imports).isSubset(of: ["JSON"]), "\(source.path)")
        }
    }

    /// What each stage must not name: the types of the others.
    @Test(arguments: [
        ("Updates", ["Children", "ChildSession", "CallSink", "TelegramCaller", "CallPrinter", "Spool"]),
        (
            "Events",
            ["Children", "ChildSession", "UpdateSource", "TelegramPoller", "CallSink", "BotAPI", "Spool"]
        ),
        (
            "Children",
            ["UpdateSource", "TelegramPoller", "CallSink", "TelegramCaller", "BotAPI", "BotToken", "SignIn"]
        ),
        ("Calls", ["Children", "ChildSession", "UpdateSource", "TelegramPoller", "RecordedUpdates"]),
        ("Telegram", ["Children", "ChildSession", "UpdateSource", "CallSink", "Spool", "SimulatedTelegram"]),
        (
            "Doctor",
            [
                "Children", "ChildSession", "UpdateSource", "TelegramPoller", "TelegramCaller", "Journal",
                "Spool",
                "SimulatorServer", "Conversation",
            ]
        ),
        ("Store", ["Children", "UpdateSource", "CallSink", "BotAPI"]),
        (
            "Simulator",
            [
                "Children", "ChildSession", "UpdateSource", "CallSink", "CallPrinter", "TelegramPoller",
                "TelegramCaller", "BotAPI", "Journal", "Spool", "Scope", "Conversation", "Doctor",
            ]
        ),
        (
            "Terminal",
            [
                "Children", "ChildSession", "UpdateSource", "CallSink", "SimulatedCalls", "BotAPI",
                "BotToken",
                "Journal", "Spool", "Scope", "SimulatorServer", "Doctor", "LineEditor",
            ]
        ),
    ])
    func `only the gateway knows every stage`(_ stage: String, _ others: [String]) throws {
        let sources = try Self.sources(in: "BotGateway/\(stage)")
        #expect(!sources.isEmpty)
        for source in sources {
            #expect(
                source.words.isDisjoint(with: others),
                "\(source.path) names \(source.words.intersection(others))")
        }
    }
}
