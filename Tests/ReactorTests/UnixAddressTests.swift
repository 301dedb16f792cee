import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite struct UnixAddressTests {
    private let files = TemporaryDirectory()

    private func listen(at path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let address = try #require(UnixAddress(path))
        #expect(address.withPointer { bind(descriptor, $0, $1) } == 0)
        #expect(Glibc.listen(descriptor, 1) == 0)
        return descriptor
    }

    @Test func `only a socket without a server is removed`() throws {
        let path = "\(files.path)/socket"
        let descriptor = try listen(at: path)
        UnixAddress.removeAbandoned(path)
        #expect(access(path, F_OK) == 0)
        close(descriptor)
        UnixAddress.removeAbandoned(path)
        #expect(access(path, F_OK) != 0)
        let file = files.write("file", Array("kept".utf8))
        UnixAddress.removeAbandoned(file)
        #expect(files.read("file") == "kept")
    }

    @Test(arguments: ["", "/" + String(repeating: "n", count: 107)])
    func `a name that is empty or too long is no address`(_ name: String) {
        #expect(UnixAddress(name) == nil)
    }
}
