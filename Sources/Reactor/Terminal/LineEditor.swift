import CEdit
import Glibc

/// Lines typed at a terminal, with editing and a history, while other text is printed above them.
///
/// The keys are those of a shell: the arrows, Home, End, Ctrl-A, E, U, W, K, Y, R, Alt-B, F, D. The terminal is as
/// it was after `close`, and whatever ends the program.
@MainActor package final class LineEditor {
    /// A whole line, without its end. Pasted text of several lines is one.
    package var onLine: (String) -> Void = { _ in }
    /// Ctrl-C; what was typed is dropped.
    package var onInterrupt: () -> Void = {}
    /// Whether anything had been typed when Ctrl-C came last; set before `onInterrupt` is called.
    package private(set) var interruptedLine = false
    /// Ctrl-D on an empty line, or the terminal is gone.
    package var onEnd: () -> Void = {}
    /// The window has another size.
    package var onResize: () -> Void = {}
    /// May have colours: `ESC [ … m`, not at its end. One line.
    package var prompt: String {
        didSet {
            guard prompt != oldValue, !isClosed else { return }
            edit_set_prompt(edit, prompt)
            redraw()
        }
    }

    private let edit: OpaquePointer
    private let input: Int32
    private let output: Output
    private let loop: EventLoop
    private let history: LineHistory?
    private var signals: Signals?
    private var keys = Keys()
    /// libedit has the thread: what is printed meanwhile is drawn with the next prompt.
    private var isRunning = false
    private var isClosed = false
    private var needsDrawing = false
    private var question: (timer: Timer, answer: (Terminal.Pictures) -> Void)?

    /// - Parameter historyPath: where lines are kept for the next time; made when it isn't there.
    package convenience init(prompt: String, historyPath: String?, on loop: EventLoop) throws(SystemError) {
        try self.init(prompt: prompt, historyPath: historyPath, input: 0, output: 1, on: loop)
    }

    /// The same at any terminal.
    ///
    /// - Parameters:
    ///   - input: read from.
    ///   - output: the same terminal, written to.
    package init(
        prompt: String, historyPath: String?, input: Int32, output: Int32, on loop: EventLoop
    ) throws(SystemError) {
        guard let edit = edit_open(input, output, Int32(LineHistory.limit)) else {
            throw SystemError("opening the terminal")
        }
        (self.edit, self.prompt, self.input, self.loop) = (edit, prompt, input, loop)
        self.output = Output(output, name: "the terminal", on: loop)
        history = historyPath.map(LineHistory.init)
        edit_set_prompt(edit, prompt)
        for line in history?.lines ?? [] { edit_add_history(edit, line) }
        do throws(SystemError) {
            try loop.watch(input, for: .readable) { [weak self] _ in self?.read() }
            signals = try Signals([SIGWINCH, SIGCONT], on: loop) { [weak self] in self?.took($0) }
        } catch {
            loop.unwatch(input)
            edit_close(edit)
            isClosed = true
            throw error
        }
        // The prompt is there, and the terminal edits nothing itself, before anybody waits for it.
        advance()
    }

    isolated deinit { close() }

    /// Columns.
    package var width: Int { Terminal.width(of: input) }

    /// Prints text, one or more lines, above the prompt; what is being typed stays. It may have escape sequences.
    ///
    /// Waits while the user searches the history.
    package func show(_ text: String) {
        guard !isClosed else { return }
        var text = text.utf8.elementsEqual("".utf8) ? "\n" : text
        if text.utf8.last != UInt8(ascii: "\n") { text += "\n" }
        text.utf8CString.withUnsafeBufferPointer { edit_print(edit, $0.baseAddress, $0.count - 1) }
        redraw()
    }

    /// Gives the terminal back as it was. What is typed there stays on the screen.
    package func close() {
        guard !isClosed else { return }
        // Ends the line wherever the cursor is in it; what is to be shown still comes above.
        if isRunning {
            edit_print_now(edit)
        } else {
            feed([UInt32(EDIT_KEY_REDRAW), 0x0A])
            _ = edit_resume(edit)
        }
        writeOutput()
        isClosed = true
        question?.timer.cancel()
        loop.unwatch(input)
        signals?.close()
        output.finish(within: .milliseconds(200))
        edit_close(edit)
    }

    // MARK: what is typed

    private func read() {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(input, &bytes, bytes.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        guard count > 0 else {
            loop.unwatch(input)
            return onEnd()
        }
        for key in keys.take(bytes[..<count]) where !isClosed { take(key) }
    }

    private func take(_ key: Keys.Key) {
        switch key {
        case .scalar(let scalar): feed([scalar])
        case .paste(let text): edit_insert(edit, text)
        case .delete: feed([UInt32(EDIT_KEY_DELETE)])
        case .interrupt: feed([UInt32(EDIT_KEY_INTERRUPT)])
        case .suspend: feed([UInt32(EDIT_KEY_SUSPEND)])
        case .attributes(let numbers): return answer(numbers.contains(4) ? .sixel : .none)
        case .graphics(let text): return text.hasPrefix("OK") ? answer(.kitty) : ()
        }
        advance()
    }

    private func feed(_ keys: [UInt32]) { edit_feed(edit, keys, keys.count) }

    private func advance() {
        guard !isRunning, !isClosed else { return }
        isRunning = true
        defer { isRunning = false }
        while !isClosed {
            let event = edit_resume(edit)
            writeOutput()
            switch event {
            case EDIT_LINE: tookLine()
            case EDIT_INTERRUPT:
                interruptedLine = edit_line(edit)[0] != 0
                onInterrupt()
            case EDIT_END: onEnd()
            case EDIT_SUSPEND: suspend()
            default:
                guard needsDrawing, edit_is_searching(edit) == 0 else { return }
                needsDrawing = false
                feed([UInt32(EDIT_KEY_REDRAW)])
            }
        }
    }

    private func tookLine() {
        let line = String(cString: edit_line(edit))
        edit_add_history(edit, line)
        history?.append(line)
        onLine(line)
    }

    // MARK: what is shown

    private func redraw() {
        needsDrawing = true
        guard !isRunning, edit_is_searching(edit) == 0 else { return }
        needsDrawing = false
        feed([UInt32(EDIT_KEY_REDRAW)])
        advance()
    }

    private func writeOutput() {
        var count = 0
        let bytes = edit_output(edit, &count)
        guard count > 0, let bytes else { return }
        bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
            output.write(Array(UnsafeBufferPointer(start: $0, count: count)))
        }
        edit_forget_output(edit)
    }

    // MARK: signals

    private func took(_ signal: Int32) {
        guard !isClosed else { return }
        if signal == SIGWINCH {
            edit_resize(edit)
            writeOutput()
            onResize()
        } else {
            // A shell has used the terminal meanwhile.
            edit_prepare(edit, 0)
            edit_prepare(edit, 1)
            redraw()
        }
    }

    private func suspend() {
        edit_prepare(edit, 0)
        output.finish(within: .milliseconds(200))
        kill(0, SIGTSTP)
        edit_prepare(edit, 1)
    }

    // MARK: pictures

    /// Asks the terminal which pictures it takes; `done` is called once, within 200 ms.
    package func askForPictures(then done: @escaping (Terminal.Pictures) -> Void) {
        guard !isClosed, question == nil else { return done(.none) }
        let timer = loop.after(.milliseconds(200)) { [weak self] in self?.answer(.none) }
        question = (timer, done)
        // A picture of one pixel that isn't kept; then what every terminal answers, so that nobody waits in vain.
        output.write(Array("\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\\u{1B}[c".utf8))
    }

    private func answer(_ pictures: Terminal.Pictures) {
        guard let (timer, answer) = question else { return }
        question = nil
        timer.cancel()
        answer(pictures)
    }
}
