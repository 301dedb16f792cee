import Reactor
import TestSupport
import Testing

@Suite struct ServiceManagerTests {
    @Test(arguments: [false, true]) func `assignments arrive as one message`(isAbstract: Bool) throws {
        let files = TemporaryDirectory()
        let socket = NotifySocket(at: (isAbstract ? "@" : "") + "\(files.path)/notify")
        let manager = try #require(ServiceManager(socket: socket.path))
        manager.notify("READY=1", "STATUS=polling")
        #expect(socket.messages == ["READY=1\nSTATUS=polling"])
        manager.notifyReloading()
        #expect(socket.messages.last?.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") == true)
    }

    @Test(arguments: [nil, "", "notify", "vsock:2:1", "/" + String(repeating: "n", count: 200)])
    func `without a usable socket there is no manager`(_ socket: String?) {
        #expect(ServiceManager(socket: socket) == nil)
    }

    @Test func `a manager that doesn't read, or is gone, blocks nothing`() throws {
        let files = TemporaryDirectory()
        let socket = NotifySocket(at: "\(files.path)/notify")
        let manager = try #require(ServiceManager(socket: socket.path))
        for _ in 1...5000 { manager.notify("WATCHDOG=1") }
        #expect(!socket.messages.isEmpty)
        try #require(ServiceManager(socket: "\(files.path)/gone")).notify("READY=1")
    }
}
