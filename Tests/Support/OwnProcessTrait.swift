// 'swift build' builds this too, where there may be no Testing, as with --static-swift-stdlib.
#if canImport(Testing)
    import CGlibc
    import Glibc
    import Testing

    /// Runs a suite in a process of its own, beside the others, when all tests run: all tests of
    /// one process share its main thread, which a suite that waits for timers and programs would block.
    ///
    /// With `--filter`, `--skip` or `--no-parallel` it runs where it is.
    package nonisolated struct OwnProcessTrait: SuiteTrait, TestTrait, TestScoping {
        package var isRecursive: Bool { true }
        fileprivate let isLong: Bool

        package func provideScope(
            for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
        ) async throws {
            guard Self.isWanted, let suite = String(describing: test.id).split(separator: "/").first else {
                return try await function()
            }
            let report = try await SuiteReports.shared.report(of: String(suite), isLong: isLong)
            if let fault = report.fault(of: test.displayName ?? test.name) {
                Issue.record("\(fault)", sourceLocation: test.sourceLocation)
            }
        }

        private static let isWanted = CommandLine.arguments.allSatisfy {
            !["--filter", "--skip", "--no-parallel"].contains($0.prefix { $0 != "=" })
        }
    }

    extension Trait where Self == OwnProcessTrait {
        /// Runs the suite in a process of its own: for those that take a second or more, or that count what
        /// their process has open, which is then theirs alone.
        package nonisolated static var ownProcess: OwnProcessTrait { OwnProcessTrait(isLong: false) }

        /// The same for a suite that waits for many seconds: it starts before the others, so that it doesn't end
        /// long after them.
        package nonisolated static var longOwnProcess: OwnProcessTrait { OwnProcessTrait(isLong: true) }
    }

    /// Starts each suite's process once, seven at a time: they mostly wait.
    private actor SuiteReports {
        static let shared = SuiteReports()
        private var reports: [String: Task<SuiteReport, any Error>] = [:]
        private var places = 7
        /// Suites that wait for a place; the long ones are last, where the next one is taken from.
        private var waiting: [(isLong: Bool, start: CheckedContinuation<Void, Never>)] = []

        func report(of suite: String, isLong: Bool) async throws -> SuiteReport {
            let report = reports[suite] ?? Task { try await run(suite, isLong: isLong) }
            reports[suite] = report
            return try await report.value
        }

        private func run(_ suite: String, isLong: Bool) async throws -> SuiteReport {
            // Until all suites are waiting, of which the long ones come first.
            try await Task.sleep(for: .milliseconds(100))
            await takePlace(isLong: isLong)
            defer { leavePlace() }
            // A file, for the main thread, which could read a pipe, is busy with tests.
            let name = "/tmp/pipegram-suite-\(getpid())-\(suite)"
            let output = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard output >= 0 else { return SuiteReport("no file could be made for what it writes") }
            defer { close(output) }
            unlink(name)
            let pid = start(suite, output: output)
            while pid > 0, waitpid(pid, nil, WNOHANG) == 0 { try await Task.sleep(for: .milliseconds(20)) }
            return SuiteReport(text(of: output))
        }

        private func takePlace(isLong: Bool) async {
            guard places == 0 else { return places -= 1 }
            await withCheckedContinuation { start in
                waiting.insert((isLong, start), at: isLong ? waiting.count : 0)
            }
        }

        private func leavePlace() {
            guard let next = waiting.popLast() else { return places += 1 }
            next.start.resume()
        }

        private func text(of file: Int32) -> String {
            var bytes = [UInt8](repeating: 0, count: max(0, Int(lseek(file, 0, SEEK_END))))
            let count = pread(file, &bytes, bytes.count, 0)
            return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        }

        private func start(_ suite: String, output: Int32) -> pid_t {
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            for descriptor in [1, 2] as [Int32] {
                posix_spawn_file_actions_adddup2(&actions, output, descriptor)
            }
            // A connection that it inherited would stay open after a test has closed it.
            posix_spawn_file_actions_addclosefrom_np(&actions, 3)
            let filter = "^" + suite.split(separator: ".").joined(separator: "\\.") + "/"
            let arguments = [
                CommandLine.arguments[0], "--testing-library", "swift-testing", "--filter", filter,
            ]
            var pointers = arguments.map { strdup($0) } + [nil]
            defer { pointers.forEach { free($0) } }
            var pid = pid_t()
            return posix_spawn(&pid, "/proc/self/exe", &actions, nil, &pointers, environ) == 0 ? pid : 0
        }
    }
#endif
