import Glibc
import Reactor
import TestSupport
import Testing

@testable import TelegramSimulator

/// Children that ssh starts on other hosts.
@Suite(.longOwnProcess) struct RemoteTests {
    @Test(
        .enabled(
            if: RemoteHosts.areAvailable,
            "needs root, sshd and ip: apt-get install openssh-server iproute2"))
    func `a host that is cut off or dies loses nothing, and repeated events are marked`() throws {
        let rig = try TestRig()
        let hosts = try RemoteHosts(on: rig)
        let conversation = try LongConversation(updates: 360, chats: 12, on: rig)
        let test = conversation.test
        let bot = hosts.command(
            ProjectPaths.bot("unreliable.sh"),
            environment: ["ODDS=0", "TRANSCRIPTS=\(test.files.path)", "PIPEGRAM_CHAT_ID={chat_id}"])
        try test.run(["--ack", "event", "--max-deliveries", "1000", "--"] + bot)
        conversation.say(120)
        for host in 0..<RemoteHosts.count {
            #expect(test.wait { (try? hosts.bots(on: host)) ?? 0 > 0 }, "shard \(host)")
        }
        try hosts.setConnected(false, 1)
        conversation.say(120)
        #expect(test.waitForLog("status 255"))
        try hosts.kill(2)
        conversation.say(120)
        #expect(test.waitForLog("Connection refused"))
        try hosts.setConnected(true, 1)
        try hosts.startServer(on: 2)
        conversation.finish(twice: true)
    }
}
