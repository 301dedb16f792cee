import TestSupport
import Testing

@Suite struct MessagesTests {
    @Test func `Tests/Data has the help and messages of this version, for review`() throws {
        guard (try? ProgramEnd(of: ["python3", "--version"])) != nil else { return }
        let end = try ProgramEnd(of: [
            "env", "PIPEGRAM=\(ProjectPaths.pipegram)", "python3",
            "\(ProjectPaths.root)/Tests/Docs/messages", "--check",
        ])
        #expect(end.status == 0, "\(end.errors)")
    }
}
