import Testing

@testable import Reactor

@Suite struct EnvironmentCommandTests {
    @Test(arguments: [
        (["python3", "-u"], ["python3", "-u"]), (["-i", "python3"], ["python3"]),
        (["-", "python3"], ["python3"]),
        (["A=b", "C=", "python3", "D=e"], ["python3", "D=e"]), (["-u", "NAME", "python3"], ["python3"]),
        (["-uNAME", "python3"], ["python3"]), (["-iu", "NAME", "python3"], ["python3"]),
        (["--unset", "NAME", "python3"], ["python3"]), (["--unset=NAME", "python3"], ["python3"]),
        (["-C", "/tmp", "-0v", "python3"], ["python3"]), (["--chdir", "/tmp", "python3"], ["python3"]),
        (["--block-signal", "python3"], ["python3"]), (["--", "A=b", "python3"], ["python3"]),
        (["-S", "python3", "-u"], ["python3", "-u"]), (["-Spython3 -u", "bot"], ["python3", "-u", "bot"]),
        (["-S", "-u", "NAME", "python3"], ["python3"]), (["-vS", "-i A=b python3"], ["python3"]),
        (["--split-string=-i python3", "-u"], ["python3", "-u"]), (["-u"], []), (["A=b"], []), ([], []),
    ])
    func `options and assignments come before the command`(_ arguments: [String], _ command: [String]) {
        #expect(EnvironmentCommand(arguments).command == command)
    }

    @Test(arguments: [
        ("#!/bin/sh -e\n", ["/bin/sh", "-e"]), ("#! /usr/bin/env python3\r\nx", ["python3"]),
        ("#!/usr/bin/env -S -u NAME python3 -u", ["python3", "-u"]), ("#!", [""]),
    ])
    func `the command of a first line is that of its interpreter`(_ text: String, _ command: [String]) {
        #expect(Shebang(text)?.command == command)
    }

    @Test func `a text without a first line of its own has none`() {
        #expect(Shebang("import json") == nil)
        #expect(Shebang(" #!/bin/sh") == nil)
        #expect(Shebang("") == nil)
    }
}
