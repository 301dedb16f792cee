import TestSupport
import Testing

@Suite(.ownProcess) struct MessagesTests {
    @Test func `Tests/Data has the help and messages of this version, for review`() throws {
        guard (try? TestRig().run(["python3", "--version"]).end()) != nil else { return }
        let end = try TestRig().run([
            "env", "PIPEGRAM=\(ProjectPaths.pipegram)", "python3",
            "\(ProjectPaths.root)/Tests/Docs/messages", "--check",
        ]).end()
        #expect(end.status == 0, "\(end.errorText)")
    }
}
