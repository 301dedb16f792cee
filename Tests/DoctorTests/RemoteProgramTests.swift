import Testing

@testable import Doctor

@Suite struct RemoteProgramTests {
    private static let early = "so --ack auto loses those in between"

    @Test(
        arguments: [
            (["ssh", "-T", "host", "./bot.py"], []), (["/usr/bin/ssh", "-tt", "host"], ["write -T"]),
            (["env", "A=b", "docker", "run", "image"], ["docker run without -i"]),
            (["docker", "run", "--rm", "-i", "image"], []),
            (["docker", "run", "-it", "image"], ["leave out -t"]),
            (["podman", "exec", "--interactive", "box", "bot"], []),
            (["kubectl", "exec", "pod", "--", "bot"], ["kubectl exec without -i"]),
            (["docker", "compose", "exec", "-T", "bot", "./bot"], []), (["ssh", "host", "ls", "-t"], []),
            (["kubectl", "exec", "--stdin=true", "pod", "--", "bot", "-t"], []),
            (["docker", "run", "-vin:/x", "image"], ["docker run without -i"]),
            (["docker", "run", "-dit", "image"], ["leave out -t"]),
            (["kubectl", "exec", "--stdin", "pod", "--", "bot"], []),
            (["nomad", "alloc", "exec", "id", "bot"], []),
            (["systemd-run", "--wait", "bot"], ["add --pipe --wait"]),
            (["systemd-run", "-qP", "--wait", "bot"], []),
        ] as [([String], [String])])
    func `programs that start the bot elsewhere get advice`(_ command: [String], _ words: [String]) throws {
        let program = try #require(RemoteProgram(command))
        let late = program.advice(isAuto: false)
        #expect(late.count == words.count)
        for (advice, words) in zip(late, words) { #expect(advice.contains(words)) }
        let auto = program.advice(isAuto: true)
        #expect(auto.count == late.count + 1 && auto[0].contains(Self.early))
    }

    @Test(arguments: [["./bot.py"], ["python3", "ssh"], ["env"], [], ["./ssh.sh"]])
    func `a program that runs here gets none`(_ command: [String]) {
        #expect(RemoteProgram(command) == nil)
    }
}
