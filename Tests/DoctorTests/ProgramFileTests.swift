import TestSupport
import Testing

@testable import Doctor

@Suite struct ProgramFileTests {
    private static let installed: Set = ["/bin/sh", "/usr/bin/env", "/usr/bin/awk", "python3", "jq"]

    @Test(arguments: [
        ("#!/bin/sh\r\n", 1, "CR LF"), ("#!/bin/sh\nread x\r\n", 2, "CR LF"),
        ("\u{FEFF}#!/bin/sh\n", 1, "byte order mark"),
        ("\n#!/bin/sh\n", 1, "white space"), ("#!\n", 1, "no interpreter"),
        ("#!/bin/env python3\n", 1, "interpreter /bin/env doesn't exist; write #!/usr/bin/env"),
        ("#!/usr/bin/python9\n", 1, "write #!/usr/bin/env python3"),
        ("#!/usr/bin/env python\n", 1, "write #!/usr/bin/env python3"),
        ("#!/usr/bin/env perl\n", 1, "install it"),
        ("#!/usr/bin/env python3 -u\n", 1, "write #!/usr/bin/env -S python3 -u"),
        ("#!/usr/bin/env -S -u NAME perl\n", 1, "finds no perl"),
        ("#!/usr/bin/env -i\n", 1, "gives env no interpreter"),
        ("#!/usr/bin/env A=b python3\n", 1, "write #!/usr/bin/env -S A=b python3"),
        ("#!/usr/bin/env -S A=b perl\n", 1, "finds no perl"),
        ("#!/usr/bin/env\n", 1, "gives env no interpreter"),
        ("#!/usr/bin/awk\n", 1, "write #!/usr/bin/env -S awk -f"),
        ("#!/usr/bin/env -S jq -c\n", 1, "write #!/usr/bin/env -S jq --unbuffered -cf"),
    ])
    func `a broken first line is reported with the correct one`(
        _ text: String, _ line: Int, _ words: String
    ) {
        let found = ProgramFile.faults(in: Array(text.utf8), name: "bot") { Self.installed.contains($0) }
        #expect(found.count == 1)
        #expect(found.first?.severity == .fault)
        #expect(found.first?.subject == "bot:\(line)")
        #expect(found.first?.message.contains(words) == true, "\(found)")
    }

    @Test(arguments: [
        "#!/bin/sh\n", "#!/usr/bin/env python3\nx = 1\r\n", "#!/usr/bin/env -S python3 -u\n",
        "#! /bin/sh -e\n", "#!/usr/bin/awk -f\n", "#!/usr/bin/awk -E\n", "#!/usr/bin/env -S jq -cf\n",
        "#!/usr/bin/env -S -u NAME python3\n", "#!/usr/bin/env -iS python3\n",
        "#!/usr/bin/env -S A=b python3\n",
        "#!/usr/bin/env --split-string=-C /tmp python3\n",
    ])
    func `a working first line is no problem`(_ text: String) {
        #expect(ProgramFile.faults(in: Array(text.utf8), name: "bot") { Self.installed.contains($0) } == [])
    }

    @Test func `a script without a shebang line is a shell script`() {
        let none = { (_: String) in true }
        #expect(
            ProgramFile.faults(in: Array("import json".utf8), name: "bot.py", none).first?.severity == .fault)
        #expect(ProgramFile.faults(in: Array("read x".utf8), name: "bot.sh", none).first?.severity == .hint)
        #expect(ProgramFile.faults(in: [], name: "bot.sh", none).first?.message.contains("empty") == true)
    }

    @Test func `a missing or unusable program is reported`() {
        let files = TemporaryDirectory()
        let text = files.write("bot.txt", "text")
        let cases = [
            ("no-such-bot", "./no-such-bot"), ("/no/such", "no such file"), (text, "chmod +x"),
            ("/tmp", "a directory"),
        ]
        for (name, words) in cases {
            let file = ProgramFile([name], searchPath: "/usr/bin:/bin")
            #expect(file.program == nil)
            #expect(file.diagnoses.count == 1)
            #expect(file.diagnoses.first?.message.contains(words) == true, "\(file.diagnoses)")
        }
    }

    @Test func `of an interpreter and its script, the script is examined`() {
        let files = TemporaryDirectory()
        let bot = files.write("bot", "x = 1\nprint(x)\n")
        let file = ProgramFile(["sh", bot], searchPath: "/usr/bin:/bin")
        #expect(file.program != nil)
        #expect(file.script?.name == bot)
        #expect(file.script?.language == .shell)
        #expect(ProgramFile(["sh", "-c", "cat"], searchPath: "/usr/bin:/bin").script?.language == .shell)
        #expect(ProgramFile(["cat"], searchPath: "/usr/bin:/bin").script?.language == .compiled)
    }

    @Test(arguments: [
        ["env"], ["env", "-i"], ["env", "A=b"], ["env", "-u", "NAME"], ["/usr/bin/env", "-S", "A=b"],
    ])
    func `behind env it is the command that is checked`(_ words: [String]) {
        let files = TemporaryDirectory()
        let bot = files.write("bot", "x = 1\nprint(x)\n")
        let file = ProgramFile(words + ["sh", bot], searchPath: "/usr/bin:/bin")
        #expect(file.program?.arguments == words + ["sh", bot])
        // With -i, env searches its own PATH.
        #expect(file.script?.name == (words.contains("-i") ? "env" : bot))
        let missing = ProgramFile(["env", "A=b", "no-such-bot"], searchPath: "/usr/bin:/bin")
        #expect(missing.program == nil)
        #expect(missing.diagnoses.first?.message.contains("no-such-bot") == true)
    }
}
