import Glibc
import Reactor

/// A terminal of a test's own: a program at it or the test itself, keys typed, and what the screen shows.
@MainActor package final class PseudoTerminal {
    /// Everything that was written to the terminal.
    package private(set) var output: [UInt8] = []
    /// The status the program ended with: 0...255, or 128 + a signal. Nil while it runs.
    package private(set) var exit: Int32?
    /// The program's side of the terminal, for a test that is at it itself.
    package let descriptor: Int32
    /// The program; 0 where there is none.
    package private(set) var pid: pid_t = 0

    private let master: Int32
    private let path: String
    private let loop: EventLoop
    private var model: Screen
    private var isClosed = false

    /// A terminal without a program.
    init(columns: Int = 80, rows: Int = 24, on loop: EventLoop) throws(SystemError) {
        // posix_openpt(3) and its like aren't in Swift's Glibc module: ioctl_tty(2) says what they do.
        let (setLock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (unlocked, number): (Int32, Int32) = (0, 0)
        guard master >= 0, ioctl(master, setLock, &unlocked) == 0, ioctl(master, getNumber, &number) == 0
        else {
            throw SystemError("opening a pseudo-terminal")
        }
        path = "/dev/pts/\(number)"
        descriptor = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(path) }
        self.loop = loop
        model = Screen(columns: columns, rows: rows, width: { Terminal.width(of: $0) })
        setSize(columns, rows)
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
        try loop.watch(master, for: .readable) { [weak self] _ in self?.read() }
    }

    /// Starts a program at a terminal, which controls it: Ctrl-C is a signal to it, the end of the terminal too.
    ///
    /// - Parameters:
    ///   - command: a program, by its path, and its arguments.
    ///   - environment: `NAME=value` each, and nothing else but TERM=xterm-256color, PATH and LANG=C.UTF-8.
    convenience init(
        _ command: [String], environment: [String] = [], columns: Int = 80, rows: Int = 24, on loop: EventLoop
    ) throws(SystemError) {
        try self.init(columns: columns, rows: rows, on: loop)
        try start(command, environment)
    }

    isolated deinit { close() }

    private func start(_ command: [String], _ environment: [String]) throws(SystemError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        // The first terminal that a session's leader opens controls it.
        posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let newSession: Int32 = 0x80
        posix_spawnattr_setflags(
            &attributes, Int16(newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)))
        let search = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        // The first of a name counts.
        let variables = environment + ["TERM=xterm-256color", "LANG=C.UTF-8", "PATH=\(search)"]
        let arguments = command.map { strdup($0) } + [nil]
        let environment = variables.map { strdup($0) } + [nil]
        let error = posix_spawn(&pid, command[0], &actions, &attributes, arguments, environment)
        (arguments + environment).forEach { free($0) }
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
        guard error == 0 else { throw SystemError("starting \(command[0])", code: error) }
    }

    // MARK: the person at it

    /// Types keys: text, `\r` for Enter, `\u{3}` for Ctrl-C, `\u{1b}[A` for the arrow up.
    package func type(_ keys: String) { type(bytes: Array(keys.utf8)) }

    /// The same in bytes, for those that are no whole UTF-8.
    package func type(bytes: [UInt8]) {
        _ = Glibc.write(master, bytes, bytes.count)
    }

    package func resize(columns: Int, rows: Int) {
        setSize(columns, rows)
        model.resize(columns: columns, rows: rows)
    }

    private func setSize(_ columns: Int, _ rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    /// What the screen shows, row by row, without blanks at the end of a row, down to the last row that isn't empty.
    package var screen: [String] {
        let lines = model.lines
        return Array(lines[..<((lines.lastIndex { !$0.isEmpty } ?? -1) + 1)])
    }

    /// Counted from 0.
    package var cursor: (row: Int, column: Int) { model.cursor }

    /// Runs the loop until a row of the screen contains `text`. False if none does in time.
    package func shows(_ text: String, within limit: Duration = .seconds(20)) -> Bool {
        loop.run(until: { screen.contains { $0.contains(text) } }, within: limit)
    }

    /// Runs the loop until the screen is so, row by row. False if it isn't in time.
    package func shows(_ rows: [String], within limit: Duration = .seconds(20)) -> Bool {
        loop.run(until: { screen == rows }, within: limit)
    }

    /// Runs the loop until the program has ended. False if it doesn't in time.
    package func ends(within limit: Duration = .seconds(20)) -> Bool {
        loop.run(until: { hasEnded }, within: limit)
    }

    private var hasEnded: Bool {
        var status: Int32 = 0
        if exit == nil, pid > 0, waitpid(pid, &status, WNOHANG) == pid {
            exit = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
            read()
        }
        return exit != nil
    }

    private func read() {
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        while !isClosed, case let count = Glibc.read(master, &bytes, bytes.count), count > 0 {
            output += bytes[..<count]
            model.write(bytes[..<count])
        }
    }

    /// Whether the terminal echoes what is typed and hands on whole lines, as it does until a program changes it.
    package var isCooked: Bool {
        var settings = termios()
        tcgetattr(descriptor, &settings)
        return settings.c_lflag & tcflag_t(ECHO | ICANON | ISIG) == tcflag_t(ECHO | ICANON | ISIG)
    }

    /// Ends the program, if it still runs, and its terminal.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        if pid > 0, exit == nil {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        loop.unwatch(master)
        Glibc.close(master)
        Glibc.close(descriptor)
    }
}
