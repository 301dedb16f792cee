import Reactor
import Testing

@testable import Doctor

@Suite struct ScriptTests {
    @Test(arguments: [
        ("bot.py", Language.python), ("/usr/bin/python3.11", .python), ("ruby3.1", .ruby), ("lua5.4", .lua),
        ("mawk", .awk), ("./bot.js", .node), ("jq", .jq), ("dash", .shell), ("tclsh8.6", .tcl),
    ])
    func `a language is recognized by the name of a script or an interpreter`(
        _ name: String, _ language: Language
    ) {
        #expect(Language(of: name) == language)
    }

    @Test(arguments: [
        ("#!/bin/sh", Language.shell), ("#!/usr/bin/env python3", .python),
        ("#!/usr/bin/env -S mawk -W interactive -f", .awk), ("#! /usr/bin/perl -w", .perl),
        ("#!/usr/bin/env -S LANG=C ruby", .ruby), ("#!/usr/bin/env -S -u NAME python3", .python),
        ("#!/usr/bin/env -i perl", .perl),
    ])
    func `a language is recognized by a script's first line`(_ line: String, _ language: Language) {
        #expect(Language(shebang: line) == language)
    }

    @Test func `a script is not an interpreter`() {
        #expect(Language(interpreter: "/usr/bin/python3") == .python)
        #expect(Language(interpreter: "./bot.py") == nil)
    }

    @Test func `unknown names have no language`() {
        #expect(Language(of: "bot") == nil)
        #expect(Language(of: "notes.txt") == nil)
        #expect(Language(shebang: "#!/opt/mine") == nil)
        #expect(Language(shebang: "import json") == nil)
    }

    @Test(arguments: [
        (
            "bot.py",
            [
                "Traceback:", "  File \"/x/bot.py\", line 1, in <module>",
                "  File \"/x/bot.py\", line 3, in f",
            ], 3
        ),
        ("bot.rb", ["/x/bot.rb:2:in `f': boom (RuntimeError)", "\tfrom /x/bot.rb:4:in `<main>'"], 2),
        ("bot.pl", ["boom at ./bot.pl line 3, <STDIN> line 2."], 3),
        ("bot.lua", ["lua5.4: ./bot.lua:2: attempt to index a nil value"], 2),
        ("bot.js", ["/x/bot.js:4", "    at Object.<anonymous> (/x/bot.js:1:5)"], 4),
        ("bot.sh", ["./bot.sh: 3: foo: not found"], 3),
        ("bot.sh", ["./bot.sh: line 2: foo: command not found"], 2),
    ])
    func `the line to change is found in the stderr output`(
        _ name: String, _ complaint: [String], _ line: Int
    ) {
        let script = Script(name: name, text: "1\n2\n3\n4\n", language: nil)
        #expect(script.line(in: complaint) == line)
    }

    @Test func `a number that isn't a line of the script is ignored`() {
        let script = Script(name: "bot.py", text: "1\n2\n", language: nil)
        #expect(script.line(in: ["bot.py: 3rd try", "bot.py:99: x", "other.py:1: y", ""]) == nil)
    }

    @Test func `the buffering line is the first that prints without flushing`() {
        let python = Script(
            name: "bot.py", text: "# print(x)\nprint(1, flush=True)\nprint(2, file=sys.stderr)\nprint(3)\n",
            language: nil)
        #expect(python.bufferedLine().line == 4)
        let shell = Script(
            name: "bot.sh", text: "#!/bin/sh\njq --unbuffered -c . | sed -u s/a/b/ |\ngrep x\n", language: nil
        )
        #expect(shell.bufferedLine().line == 3)
        #expect(shell.bufferedLine().remedy == "write grep --line-buffered")
        #expect(Script(name: "bot", text: "", language: .compiled).bufferedLine().line == nil)
    }

    @Test func `a filter script's options are in its first line`() {
        let jq = Script(name: "bot.jq", text: "#!/usr/bin/jq -cf\n.text\n", language: nil)
        #expect(jq.bufferedLine().line == 1)
        #expect(jq.bufferedLine().remedy.contains("jq --unbuffered -cf"))
        #expect(Script(name: "jq", text: "-c .text", language: .jq).bufferedLine().line == nil)
    }

    @Test func `a shell read that removes backslashes is found`() {
        let lines = "#!/bin/sh\nwhile IFS= read -r x; do\nread -n 1 -r y; read z\ndone\n"
        #expect(Script(name: "bot.sh", text: lines, language: nil).lineReadingBackslashes() == nil)
        let line = Script(name: "bot.sh", text: "\nwhile read line; do\n", language: nil)
        #expect(line.lineReadingBackslashes() == 2)
    }

    @Test func `the line that printed a text is found by its words`() {
        let script = Script(
            name: "bot.sh", text: "#!/bin/sh\n# Bot started\necho hello\necho \"Bot started at $(date)\"\n",
            language: nil)
        #expect(script.line(printing: "Bot started at Monday") == 4)
    }
}
