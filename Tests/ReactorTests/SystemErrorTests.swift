import Glibc
import Testing

@testable import Reactor

@Suite struct SystemErrorTests {
    @Test func `it says what was being done, and the system's reason`() {
        let error = SystemError("opening updates.ndjson", code: ENOENT)
        #expect(error.description == "opening updates.ndjson: No such file or directory")
        #expect(error.reason == "No such file or directory")
    }

    @Test func `it takes the errno of the call before it`() {
        #expect(close(-1) == -1)
        #expect(SystemError("closing").code == EBADF)
    }

    @Test func `being out of descriptors, processes or memory is exhaustion, the rest is not`() {
        for code in [EMFILE, ENFILE, EAGAIN, ENOMEM, ENOSPC] {
            #expect(SystemError("", code: code).isExhaustion)
        }
        for code in [ENOENT, EACCES, EPERM, ENOEXEC, E2BIG, EBADF] {
            #expect(!SystemError("", code: code).isExhaustion)
        }
    }
}
