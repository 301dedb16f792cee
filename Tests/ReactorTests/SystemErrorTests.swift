import Glibc
import Testing

@testable import Reactor

@Suite struct SystemErrorTests {
    @Test func `a system error names the operation and the system's reason`() {
        let error = SystemError("opening updates.ndjson", code: ENOENT)
        #expect(error.description == "opening updates.ndjson: No such file or directory")
        #expect(error.reason == "No such file or directory")
    }

    @Test func `a system error takes the errno of the preceding call`() {
        #expect(close(-1) == -1)
        #expect(SystemError("closing").code == EBADF)
    }

    @Test func `running out of descriptors, processes or memory is exhaustion, other errors are not`() {
        for code in [EMFILE, ENFILE, EAGAIN, ENOMEM, ENOSPC] {
            #expect(SystemError("", code: code).isExhaustion)
        }
        for code in [ENOENT, EACCES, EPERM, ENOEXEC, E2BIG, EBADF] {
            #expect(!SystemError("", code: code).isExhaustion)
        }
    }
}
