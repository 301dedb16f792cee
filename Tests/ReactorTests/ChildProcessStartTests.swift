import Glibc
import TestSupport
import Testing

@testable import Reactor

@Suite(.ownProcess) struct ChildProcessStartTests: Rigged {
    let rig: TestRig

    init() throws { rig = try TestRig() }

    private func output(
        of command: [String], environment: [String: String] = [:], descriptorLimit: UInt64 = 0
    ) throws -> [String] {
        let run = try rig.run(command, environment: environment, descriptorLimit: descriptorLimit)
        #expect(run.wait() == 0, "\(run.errorText)")
        return run.output
    }

    @Test func `a child has its own session and process group`() throws {
        let script =
            "read -r pid name state parent group session rest </proc/self/stat; echo $pid $group $session"
        let words = try output(of: ["sh", "-c", script])[0].split(separator: " ")
        #expect(words.count == 3)
        #expect(Set(words).count == 1)
        #expect(words[0] != "\(getpid())")
    }

    @Test func `a child inherits no descriptors but stdin, stdout and stderr`() throws {
        let high = fcntl(0, F_DUPFD, 700)
        let low = dup(0)
        defer {
            close(high)
            close(low)
        }
        // 3 is the directory that ls reads.
        #expect(try output(of: ["ls", "/proc/self/fd"]) == ["0", "1", "2", "3"])
    }

    @Test func `a child's signals have their default handlers, and none is blocked`() throws {
        var (blocked, before) = (sigset_t(), sigset_t())
        sigemptyset(&blocked)
        sigaddset(&blocked, SIGUSR1)
        sigaddset(&blocked, SIGCHLD)
        pthread_sigmask(SIG_BLOCK, &blocked, &before)
        let handlers = [SIGPIPE, SIGHUP, SIGUSR2].map { (number: $0, handler: signal($0, SIG_IGN)) }
        defer {
            pthread_sigmask(SIG_SETMASK, &before, nil)
            for (number, handler) in handlers where number != SIGPIPE { signal(number, handler) }
        }
        for line in try output(of: ["cat", "/proc/self/status"]) {
            let words = line.split(separator: "\t")
            guard words.count == 2, ["SigBlk:", "SigIgn:", "SigCgt:"].contains(words[0]) else { continue }
            let signals = try #require(UInt64(words[1], radix: 16))
            // glibc reserves signals 32 and 33 and leaves them unchanged.
            #expect(signals & ~(0b11 << 31) == 0, "\(line)")
        }
        var now = sigset_t()
        pthread_sigmask(SIG_SETMASK, nil, &now)
        #expect(sigismember(&now, SIGUSR1) == 1)
    }

    @Test func `a child gets the original soft descriptor limit and the same hard limit`() throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let script = ["sh", "-c", "ulimit -Sn; ulimit -Hn"]
        #expect(try output(of: script, descriptorLimit: 123) == ["123", "\(limit.rlim_max)"])
        #expect(try output(of: script)[0] == "\(limit.rlim_cur)")
    }

    @Test func `arguments and environment arrive unchanged`() throws {
        let script = #"printf '%s|' "$0" "$@"; echo"#
        #expect(try output(of: ["sh", "-c", script, "a b", "", "*", "ж"]) == ["a b||*|ж|"])
        let variables = try output(of: ["env"], environment: ["A": "1 2", "EMPTY": ""])
        #expect(variables.filter { !$0.hasPrefix("PATH=") }.sorted() == ["A=1 2", "EMPTY="])
    }

    @Test func `a script without a shebang line is run by sh`() throws {
        let script = files.write("script", "echo \"$0\" \"$1\" \"$2\"\n")
        chmod(script, 0o755)
        #expect(try output(of: [script, "one", "two words"]) == ["\(script) one two words"])
    }

    #if arch(x86_64) || arch(arm64)
        @Test func `a child dies with its parent process`() throws {
            #if arch(x86_64)
                let prctl = 157
            #else
                let prctl = 167
            #endif
            // PR_GET_PDEATHSIG is 2.
            let script = "my $signal = pack 'i', 0; syscall \(prctl), 2, $signal; print unpack 'i', $signal"
            #expect(try output(of: ["perl", "-e", script]) == ["\(SIGKILL)"])
        }
    #endif

    // MARK: programs that can't be started

    /// Finds a program, changes it, then tries to start it. Returns the error.
    private func failure(_ text: String, after change: (String) -> Void) throws -> SystemError? {
        try rig.run(["true"]).wait()
        let path = files.write("bot", text)
        defer { rmdir(path) }
        let program = try Program([path], searchPath: "")
        change(path)
        let (descriptors, children) = (Processes.openDescriptors, Processes.children)
        defer {
            #expect(Processes.openDescriptors == descriptors)
            #expect(Processes.children == children)
        }
        do throws(SystemError) {
            _ = try ChildProcess(program, lineLimit: 100, on: loop, observer: Nobody())
            return nil
        } catch {
            #expect(error.doing == "starting \(path)")
            return error
        }
    }

    @Test func `a program that vanished fails with ENOENT and leaves nothing behind`() throws {
        #expect(try failure("#!/bin/sh\n", after: { unlink($0) })?.code == ENOENT)
    }

    @Test func `a program that is no longer executable fails with EACCES`() throws {
        #expect(try failure("#!/bin/sh\n", after: { chmod($0, 0o644) })?.code == EACCES)
    }

    @Test func `a program that was replaced by a directory fails with EACCES`() throws {
        let error = try failure(
            "#!/bin/sh\n",
            after: {
                unlink($0)
                mkdir($0, 0o755)
            })
        #expect(error?.code == EACCES)
    }

    @Test func `running out of descriptors is exhaustion at every step and leaves nothing behind`() throws {
        try rig.run(["true"]).wait()
        let program = try Program(["true"], searchPath: "/usr/bin:/bin")
        let children = Processes.children
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        getrlimit(resource, &limit)
        let original = limit
        limit.rlim_cur = rlim_t(Processes.openDescriptors + 40)
        setrlimit(resource, &limit)
        var fillers: [Int32] = []
        while case let filler = fcntl(0, F_DUPFD_CLOEXEC, 0), filler >= 0 { fillers.append(filler) }
        defer {
            fillers.forEach { close($0) }
            var original = original
            setrlimit(resource, &original)
            #expect(Processes.children == children)
        }
        #expect(errno == EMFILE)
        // A start needs seven: six ends of pipes, and the child's own descriptor.
        for free in 0..<7 {
            #expect {
                _ = try ChildProcess(program, lineLimit: 100, on: loop, observer: Nobody())
            } throws: {
                ($0 as? SystemError)?.isExhaustion == true
            }
            let spares = (0..<free).map { _ in fcntl(0, F_DUPFD_CLOEXEC, 0) }
            #expect(!spares.contains { $0 < 0 }, "\(free) were free")
            #expect(fcntl(0, F_DUPFD_CLOEXEC, 0) < 0)
            spares.forEach { close($0) }
            if let filler = fillers.popLast() { close(filler) }
        }
    }

    private final class Nobody: ChildProcessObserver {
        func childWrote(_ line: LineSplitter.Line) {}
        func childWroteStderr(_ line: LineSplitter.Line) {}
        func childReadAll() {}
        func childClosedPipe() {}
        func childExited(_ exit: ChildProcess.Exit) {}
    }
}
