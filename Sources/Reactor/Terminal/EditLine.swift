import CEdit

/// libedit at a terminal: keys are fed to it, and what it draws is written.
@MainActor struct EditLine {
    /// What it stops at.
    enum Event {
        case line(String)
        /// Ctrl-C; whether anything had been typed.
        case interrupt(hadText: Bool)
        case suspend
        case end
        /// It needs more keys.
        case starved
    }

    /// Keys that are no characters.
    enum Key {
        case delete, interrupt, suspend, redraw

        fileprivate var code: UInt32 {
            switch self {
            case .delete: UInt32(EDIT_KEY_DELETE)
            case .interrupt: UInt32(EDIT_KEY_INTERRUPT)
            case .suspend: UInt32(EDIT_KEY_SUSPEND)
            case .redraw: UInt32(EDIT_KEY_REDRAW)
            }
        }
    }

    private let handle: OpaquePointer
    private let output: Output

    init(input: Int32, output: Int32, historyLimit: Int, on loop: EventLoop) throws(SystemError) {
        guard let handle = edit_open(input, output, Int32(historyLimit)) else {
            throw SystemError("opening the terminal")
        }
        self.handle = handle
        self.output = Output(output, name: "the terminal", on: loop)
    }

    /// Gives the terminal back; nothing may be called after it.
    func close() {
        output.finish(within: Self.patience)
        edit_close(handle)
    }

    private static let patience = Duration.milliseconds(200)

    // MARK: what is typed

    func feed(_ scalars: [UInt32]) { edit_feed(handle, scalars, scalars.count) }
    func feed(_ key: Key) { feed([key.code]) }
    func insert(_ text: String) { edit_insert(handle, text) }

    /// Works on what it was fed, and writes what it draws.
    func resume() -> Event {
        let event = edit_resume(handle)
        writeDrawing()
        switch event {
        case EDIT_LINE: return .line(String(cString: edit_line(handle)))
        case EDIT_INTERRUPT: return .interrupt(hadText: edit_line(handle)[0] != 0)
        case EDIT_END: return .end
        case EDIT_SUSPEND: return .suspend
        default: return .starved
        }
    }

    /// Ends the line wherever the cursor is in it; what is to be shown still comes above.
    ///
    /// - Parameter isRunning: it is called by `resume`'s caller, for one of its events.
    func endLine(isRunning: Bool) {
        if isRunning {
            edit_print_now(handle)
        } else {
            feed([Key.redraw.code, 0x0A])
            _ = edit_resume(handle)
        }
        writeDrawing()
    }

    // MARK: what is shown

    var isSearching: Bool { edit_is_searching(handle) != 0 }

    func setPrompt(_ prompt: String) { edit_set_prompt(handle, prompt) }
    func addHistory(_ line: String) { edit_add_history(handle, line) }

    /// Has text printed above the line, with the next drawing.
    func print(_ text: String) {
        text.utf8CString.withUnsafeBufferPointer { edit_print(handle, $0.baseAddress, $0.count - 1) }
    }

    /// The window has another size.
    func resize() {
        edit_resize(handle)
        writeDrawing()
    }

    /// Writes to the terminal behind what was drawn.
    func write(_ bytes: [UInt8]) { output.write(bytes) }

    private func writeDrawing() {
        var count = 0
        let bytes = edit_output(handle, &count)
        guard count > 0, let bytes else { return }
        bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
            output.write(Array(UnsafeBufferPointer(start: $0, count: count)))
        }
        edit_forget_output(handle)
    }

    // MARK: the terminal's settings

    /// Gives the terminal back while other programs use it.
    func release() {
        edit_prepare(handle, 0)
        output.finish(within: Self.patience)
    }

    /// Takes it again. A shell has used it meanwhile.
    func acquire() { edit_prepare(handle, 1) }

    func reacquire() {
        edit_prepare(handle, 0)
        edit_prepare(handle, 1)
    }
}
