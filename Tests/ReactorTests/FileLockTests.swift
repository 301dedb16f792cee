import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite struct FileLockTests {
    private let files = TemporaryDirectory()

    private func lockFile() -> Int32 { open("\(files.path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }

    @Test func `a lock that a killed process left to a starting child is waited for`() throws {
        let file = lockFile()
        #expect(try FileLock.take(file, of: "lock") == nil)
        // The child has the lock, as one that didn't call execve yet.
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, file, 3)
        var pid = pid_t()
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("0.2"), nil]
        defer { arguments.forEach { free($0) } }
        #expect(posix_spawnp(&pid, "sleep", &actions, nil, arguments, environ) == 0)
        close(file)
        let next = lockFile()
        defer { close(next) }
        #expect(FileLock.holder(of: next) == 0)
        #expect(try FileLock.take(next, of: "lock") == nil)
        waitpid(pid, nil, 0)
    }

    @Test func `a lock of a process that isn't visible here is given up on after a while`() throws {
        let (file, next) = (lockFile(), lockFile())
        defer { close(next) }
        #expect(try FileLock.take(file, of: "lock") == nil)
        defer { close(file) }
        // A process can't see who holds a lock of its own.
        let start = Instant.current
        #expect(try FileLock.take(next, of: "lock") == 0)
        #expect(Instant.current - start < .seconds(10))
    }
}
