import Glibc

/// Reads lines at a terminal, with editing and a history, while other text is printed above the prompt.
///
/// The keys are a shell's: arrows, Home, End, Tab, Ctrl-A, E, U, W, K, Y, R, Alt-B, F, D. `close` restores the terminal's
/// settings, and so does any end of the program.
@MainActor package final class LineEditor {
    private enum State {
        case waiting
        /// libedit is processing keys: text printed now appears with the next prompt.
        case running
        case closed
    }

    /// A line without its newline. Pasted text of several lines arrives as one line.
    package var onLine: (String) -> Void = { _ in }
    /// Ctrl-C; the text typed so far is dropped.
    package var onInterrupt: (_ hadText: Bool) -> Void = { _ in }
    /// Ctrl-D on an empty line, or the terminal was closed.
    package var onEnd: () -> Void = {}
    /// For Tab: what the text before the cursor may become. Without any, Tab is an ordinary key.
    package var completions: (_ text: String) -> [String] {
        get { edit.completions }
        set { edit.completions = newValue }
    }
    /// The window's size changed.
    var onResize: () -> Void = {}
    /// One line. May contain colours (`ESC [ … m`), but not at its end.
    package var prompt: String {
        didSet {
            guard prompt != oldValue, state != .closed else { return }
            edit.setPrompt(prompt)
            redraw()
        }
    }

    private var edit: EditLine
    private let keys: KeyReader
    private let history: LineHistory?
    private let pictureQuery: PictureQuery
    private var signals: Signals?
    private var state = State.waiting
    private var needsDrawing = false

    /// - Parameter historyPath: the file for the history; created when the first line is added.
    package convenience init(prompt: String, historyPath: String?, on loop: EventLoop) throws(SystemError) {
        try self.init(prompt: prompt, historyPath: historyPath, input: 0, output: 1, on: loop)
    }

    /// Works at any terminal.
    ///
    /// - Parameters:
    ///   - input: the descriptor to read from.
    ///   - output: a descriptor of the same terminal, to write to.
    package init(
        prompt: String, historyPath: String?, input: Int32, output: Int32, on loop: EventLoop
    ) throws(SystemError) {
        edit = try EditLine(input: input, output: output, historyLimit: LineHistory.limit, on: loop)
        self.prompt = prompt
        keys = KeyReader(input, on: loop)
        pictureQuery = PictureQuery(on: loop)
        history = historyPath.map(LineHistory.init)
        edit.setPrompt(prompt)
        for line in history?.lines ?? [] { edit.addHistory(line) }
        keys.onKey = { [weak self] in self?.handle($0) }
        keys.onEnd = { [weak self] in self?.onEnd() }
        do throws(SystemError) {
            try keys.start()
            signals = try Signals([SIGWINCH, SIGCONT], on: loop) { [weak self] in self?.handle($0) }
        } catch {
            keys.close()
            edit.close()
            state = .closed
            throw error
        }
        // Callers may rely on the prompt being shown and on the terminal's own editing being off.
        advance()
    }

    isolated deinit { close() }

    /// In columns.
    package var width: Int { Terminal.width(of: keys.descriptor) }

    /// Prints text, one or more lines, above the prompt; the line being typed stays. The text may contain escape
    /// sequences.
    ///
    /// While the user searches the history, printing waits.
    package func show(_ text: String) {
        guard state != .closed else { return }
        edit.print(text.utf8.last == UInt8(ascii: "\n") ? text : text + "\n")
        redraw()
    }

    /// Asks the terminal for its picture protocol; `done` is called once, within 200 ms.
    package func askForPictures(then done: @escaping (Terminal.Pictures) -> Void) {
        guard state != .closed else { return done(.none) }
        pictureQuery.ask(write: edit.write, then: done)
    }

    /// Restores the terminal's settings. Text typed so far stays on the screen.
    package func close() {
        guard state != .closed else { return }
        edit.endLine(isRunning: state == .running)
        state = .closed
        pictureQuery.cancel()
        keys.close()
        signals?.close()
        edit.close()
    }

    // MARK: input

    private func handle(_ key: KeyParser.Key) {
        switch key {
        case .scalar(0x09) where complete(): break
        case .scalar(let scalar): edit.feed([scalar])
        case .paste(let text): edit.insert(text)
        case .delete: edit.feed(.delete)
        case .interrupt: edit.feed(.interrupt)
        case .suspend: edit.feed(.suspend)
        case .attributes(let numbers): return pictureQuery.answer(numbers.contains(4) ? .sixel : .none)
        case .graphics(let text): return text.hasPrefix("OK") ? pictureQuery.answer(.kitty) : ()
        }
        advance()
    }

    /// Inserts what all completions have in common, or shows them if that is nothing. False if there are none.
    private func complete() -> Bool {
        guard state == .waiting, !edit.isSearching else { return false }
        switch edit.completion {
        case .none: return false
        case .text(let more): edit.insert(more)
        case .choice(let found): show(found.joined(separator: "  "))
        }
        return true
    }

    private func advance() {
        guard state == .waiting else { return }
        state = .running
        defer { if state == .running { state = .waiting } }
        while state == .running {
            switch edit.resume() {
            case .line(let line):
                edit.addHistory(line)
                history?.append(line)
                onLine(line)
            case .interrupt(let hadText): onInterrupt(hadText)
            case .end: onEnd()
            case .suspend: suspend()
            case .starved:
                guard needsDrawing, !edit.isSearching else { return }
                needsDrawing = false
                edit.feed(.redraw)
            }
        }
    }

    // MARK: output

    private func redraw() {
        needsDrawing = true
        guard state == .waiting, !edit.isSearching else { return }
        needsDrawing = false
        edit.feed(.redraw)
        advance()
    }

    // MARK: signals

    private func handle(_ signal: Int32) {
        guard state != .closed else { return }
        if signal == SIGWINCH {
            edit.resize()
            onResize()
        } else {
            edit.reacquire()
            redraw()
        }
    }

    private func suspend() {
        edit.release()
        kill(0, SIGTSTP)
        edit.acquire()
    }
}
