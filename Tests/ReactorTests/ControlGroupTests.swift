import Glibc
import TestSupport
import Testing

@testable import Reactor

/// The kernel makes a cgroup's files when its directory is made, so these tests can't start children in one.
@Suite struct ControlGroupTests {
    private let root = TemporaryDirectory()

    /// A directory as the kernel and systemd make it for a service.
    private func service(controllers: String, isDelegated: Bool = true) throws -> (
        root: String, membership: String
    ) {
        let group = "\(root.path)/system.slice/bot.service"
        try Directory.make("\(group)/gateway")
        for name in ["gateway/cgroup.procs", "cgroup.subtree_control"] {
            try File.write([], to: "\(group)/\(name)")
        }
        try File.write(Array("\(controllers)\n".utf8), to: "\(group)/cgroup.controllers")
        if isDelegated {
            let status = try TestRig().run(
                ["python3", "-c", "import os, sys; os.setxattr(sys.argv[1], 'user.delegate', b'1')", group])
            #expect(status.wait() == 0)
        }
        let membership = "\(root.path)/membership"
        try File.write(Array("9:memory:/\n0::/system.slice/bot.service\n".utf8), to: membership)
        return (root.path, membership)
    }

    private func text(_ name: String) throws -> String {
        String(decoding: try File.read("\(root.path)/system.slice/bot.service/\(name)"), as: UTF8.self)
    }

    @Test func `in a delegated group, the gateway moves aside and passes the controllers on`() throws {
        let (root, membership) = try service(controllers: "cpu memory pids")
        let group = try #require(try ControlGroup(root: root, membership: membership))
        #expect(group.limitsProcesses)
        #expect(try text("gateway/cgroup.procs") == "0")
        #expect(try text("cgroup.subtree_control") == "+memory +pids")
    }

    @Test func `a child's group that can't be made leaves nothing behind`() throws {
        let (root, membership) = try service(controllers: "memory")
        let group = try #require(try ControlGroup(root: root, membership: membership))
        #expect(!group.limitsProcesses)
        var limits = ProcessLimits()
        limits.memory = 1 << 20
        // An ordinary directory has no memory.max.
        #expect(throws: SystemError.self) { try group.makeMember(limits) }
        #expect(!Directory.names(in: "\(root)/system.slice/bot.service").contains("child-1"))
    }

    @Test func `a group that isn't delegated, or has no controller, isn't touched`() throws {
        let plain = try service(controllers: "memory pids", isDelegated: false)
        #expect(try ControlGroup(root: plain.root, membership: plain.membership) == nil)
        let bare = try service(controllers: "cpu io")
        #expect(try ControlGroup(root: bare.root, membership: bare.membership) == nil)
        #expect(try text("gateway/cgroup.procs") == "")
        #expect(try ControlGroup(root: bare.root, membership: "\(bare.root)/missing") == nil)
    }
}
