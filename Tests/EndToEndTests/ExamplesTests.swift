import Glibc
import Reactor
import TestSupport
import Testing

@Suite(.ownProcess) struct ExamplesTests {
    private static let isMissing: Int32 = 100

    @Test func `each example replays its updates to its calls and passes the doctor, or is skipped`() throws {
        let rig = try TestRig()
        var replays: [(example: Example, way: Example.Way, files: TemporaryDirectory, run: ProgramRun)] = []
        // The examples run concurrently, because compilers take long.
        for example in Example.all {
            #expect(!example.ways.isEmpty, "Example.swift doesn't know how to start \(example.bot)")
            for way in example.ways {
                let files = TemporaryDirectory()
                let run = try rig.run(Self.command(example, way, files), environment: Self.home)
                run.endInput()
                replays.append((example, way, files, run))
            }
        }
        for replay in replays {
            let status = replay.run.wait(within: .seconds(100))
            guard status != Self.isMissing else {
                print("skipped: examples/\(replay.example.name) needs \(replay.way.packages)")
                continue
            }
            #expect(status == 0, "\(replay.example.name)")
            #expect(replay.run.output == [], "\(replay.example.name)")
            #expect(replay.run.errorText == "", "\(replay.example.name)")
        }
    }

    @Test func `examples are small and described, and scripts are executable`() throws {
        for example in Example.all {
            let lines = try Example.lines(of: example.bot)
            try #require(2...example.lineLimit ~= lines.count, "\(example.bot)")
            let isScript = lines[0].hasPrefix("#!")
            #expect((access(example.bot, X_OK) == 0) == isScript, "\(example.bot)")
            #expect(
                ["#", "//", "--", "\"\"\""].contains { lines[isScript ? 1 : 0].hasPrefix($0) },
                "\(example.bot)")
        }
    }

    @Test func `examples cover ten languages, each makes calls, and the docs name each`() throws {
        #expect(Set(Example.all.map(\.ending)).count >= 10)
        let table = try Example.lines(of: "\(ProjectPaths.root)/docs/examples.md")
        for example in Example.all {
            let calls = try Example.lines(of: "\(example.folder)/calls.ndjson")
            #expect(!calls.isEmpty, "\(example.name)")
            let link = "(../examples/\(example.name)/bot.\(example.ending))"
            #expect(table.contains { $0.contains(link) }, "docs/examples.md has no \(link)")
        }
    }

    /// The environment with Go's build cache.
    private static var home: [String: String] {
        getenv("HOME").map { ["HOME": String(cString: $0)] } ?? [:]
    }

    private static func command(
        _ example: Example, _ way: Example.Way, _ files: TemporaryDirectory
    ) -> [String] {
        let script = """
            out=\(files.path)
            cd \(example.folder) || exit
            (\(way.probe)) </dev/null >/dev/null 2>&1 || exit \(isMissing)
            \(way.build) || exit
            set -- \(way.options)
            \(ProjectPaths.pipegram) replay "$@" --expect calls.ndjson updates.ndjson -- \(way.start) || exit
            \(ProjectPaths.pipegram) doctor "$@" --state $out/state -- \(way.start) >$out/doctor || cat $out/doctor
            grep -v -e '^ok  ' -e '^note  token' -e '^no problems found' $out/doctor || :
            """
        return ["sh", "-c", script]
    }
}
