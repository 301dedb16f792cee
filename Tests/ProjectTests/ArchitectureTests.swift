import TestSupport
import Testing

/// Checks what the compiler can't: which folder may name which, and the limits that keep files and types small.
@Suite(.ownProcess) struct ArchitectureTests {
    private static let texts = Result { try ProjectFile.swiftTexts(below: "Sources") }
    private static let sources = Result { SourceTree(try texts.get()) }
    private static let tests = Result { SourceTree(try ProjectFile.swiftTexts(below: "Tests")) }
    private static let edges = Result { try sources.get().edges { Rooms.room(of: $0) } }

    // MARK: - Who names whom

    @Test func `a folder names only those that it may`() throws {
        for edge in try Self.edges.get() where !Rooms.allowed[edge.from, default: []].contains(edge.to) {
            Issue.record("\(edge), and \(edge.from) may not")
        }
    }

    @Test func `what a folder may name it does name`() throws {
        let edges = Dictionary(grouping: try Self.edges.get(), by: \.from).mapValues { Set($0.map(\.to)) }
        for (room, others) in Rooms.allowed {
            let unused = others.subtracting(edges[room] ?? []).sorted()
            #expect(unused.isEmpty, "\(room) no longer names \(unused)")
        }
    }

    @Test func `there is no circle between folders`() throws {
        #expect(Self.circles(in: try Self.edges.get()) == [])
    }

    @Test func `only the gateway itself names every stage`() throws {
        let stages: Set = ["Updates", "Events", "Children", "Calls", "Journal"]
        var named: [String: Set<String>] = [:]
        for edge in try Self.edges.get() where edge.from.hasPrefix("BotGateway/") {
            named[edge.from, default: []].insert(Rooms.stage(of: edge.to))
        }
        #expect(named.filter { stages.isSubset(of: $0.value) }.keys.sorted() == ["BotGateway/Gateway.swift"])
    }

    /// The rooms that name themselves by way of others.
    private static func circles(in edges: [SourceTree.Edge]) -> [String] {
        var next: [String: Set<String>] = [:]
        for edge in edges where edge.from != edge.to { next[edge.from, default: []].insert(edge.to) }
        func reached(from start: String) -> Set<String> {
            var reached: Set<String> = []
            var waiting = [start]
            while let room = waiting.popLast() {
                for other in next[room] ?? [] where reached.insert(other).inserted { waiting.append(other) }
            }
            return reached
        }
        return next.keys.filter { reached(from: $0).contains($0) }.sorted()
    }

    @Test(arguments: [
        ("CJansson", ["JSON/"]), ("CCurl", ["Reactor/HTTP/"]), ("CMicroHTTPD", ["Reactor/HTTP/"]),
        ("CEdit", ["Reactor/Terminal/"]), ("CPage", ["TelegramSimulator/Server/"]),
        ("CPostgres", ["BotGateway/Journal/Cluster/"]),
        ("CSQLite", ["BotGateway/Journal/"]),
        ("CSystem", ["Reactor/", "BotGateway/Journal/"]), ("CTOML", ["TOML/"]),
        ("ArgumentParser", ["pipegram/"]),
    ])
    func `a C library, and the parser of options, are imported in one place`(
        _ module: String, _ places: [String]
    ) throws {
        let importers = try Self.sources.get().files.filter { $0.imports.contains(module) }
        #expect(!importers.isEmpty)
        for file in importers {
            #expect(places.contains { file.path.hasPrefix($0) }, "\(file.path) imports \(module)")
        }
    }

    @Test func `no file imports Foundation, starts a Task or takes a lock`() throws {
        for file in try Self.sources.get().files {
            #expect(
                file.imports.isDisjoint(with: ["Foundation", "FoundationEssentials", "Dispatch"]),
                "\(file.path)")
            let words = Set(file.names.flatMap(\.chain))
            #expect(words.isDisjoint(with: ["Task", "async", "await", "Mutex"]), "\(file.path)")
        }
    }

    /// Swift 6.3 can't import it from a release build's module otherwise: `deinit is marked isolated, but
    /// containing class is not isolated to an actor`. The isolation that is the default isn't written there.
    @Test func `a package class with an isolated deinit says that it is the main actor's`() throws {
        for (path, text) in try Self.texts.get() where text.contains("isolated deinit") {
            #expect(!text.contains("\npackage final class"), "\(path)")
        }
    }

    // MARK: - Limits

    @Test func `no type has more than twelve stored properties`() throws {
        var counts: [String: Int] = [:]
        for (type, properties) in try Self.sources.get().storedProperties {
            counts[type] = properties.count { !$0.modifiers.contains("static") }
        }
        Self.check(counts.filter { $0.value > 12 }.map(\.key), Exceptions.largeTypes)
    }

    @Test func `no file is longer than 300 lines, but tables`() throws {
        let files =
            try Self.texts.get().map { ("Sources/\($0.path)", $0.text) }
            + ProjectFile.swiftTexts(below: "Tests").map { ("Tests/\($0.path)", $0.text) }
        let long = files.filter { $0.1.count { $0 == "\n" } > 300 }.map(\.0)
        Self.check(long, Exceptions.tables)
    }

    @Test func `no property can be set in another file unless one does`() throws {
        let found = try Self.sources.get().needlesslyWritable(Self.tests.get())
        Self.check(
            found.map {
                "\($0.file.target).\(($0.property.type + [$0.property.name]).joined(separator: "."))"
            },
            Exceptions.writableProperties)
    }

    /// Else `Gateway.Gateway` can't be written.
    @Test func `no target but JSON is called like a type in it`() throws {
        for file in try Self.sources.get().files where file.target != "JSON" {
            #expect(!file.definitions.contains { $0.path == [file.target] }, "\(file.path)")
        }
    }

    @Test func `no run of more than ten lines stands twice`() throws {
        let files =
            try Self.texts.get().map { ("Sources/\($0.path)", $0.text) }
            + ProjectFile.swiftTexts(below: "Tests").map { ("Tests/\($0.path)", $0.text) }
        let runs = RepeatedLines(in: files.filter { !Exceptions.tables.contains($0.0) }, beyond: 10).runs
        #expect(runs.isEmpty)
    }

    /// What is found must be an exception, and an exception must be found: the lists only get shorter.
    private static func check(_ found: [String], _ exceptions: Set<String>) {
        let found = Set(found)
        for name in found.subtracting(exceptions).sorted() { Issue.record("\(name)") }
        for name in exceptions.subtracting(found).sorted() {
            Issue.record("\(name) is no exception any more")
        }
    }
}
