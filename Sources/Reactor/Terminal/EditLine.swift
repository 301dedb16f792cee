import CEdit

/// libedit at a terminal: takes keys and writes the resulting screen updates.
@MainActor struct EditLine {
    /// Why `resume` returned.
    enum Event {
        case line(String)
        /// Ctrl-C; `hadText` is false if the line was empty.
        case interrupt(hadText: Bool)
        case suspend
        case end
        /// All keys are used up.
        case starved
    }

    enum Completion {
        case none
        /// What all completions have in common.
        case text(String)
        case choice([String])
    }

    /// Keys without a character.
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
    /// What the text before the cursor may become.
    var completions: (String) -> [String] = { _ in [] }

    init(input: Int32, output: Int32, historyLimit: Int, on loop: EventLoop) throws(SystemError) {
        guard let handle = edit_open(input, output, Int32(historyLimit)) else {
            throw SystemError("opening the terminal")
        }
        self.handle = handle
        self.output = Output(output, name: "the terminal", on: loop)
    }

    /// Restores the terminal's settings. No other method may be called afterwards.
    func close() {
        output.finish(within: Self.patience)
        edit_close(handle)
    }

    private static let patience = Duration.milliseconds(200)

    // MARK: input

    func feed(_ scalars: [UInt32]) { edit_feed(handle, scalars, scalars.count) }
    func feed(_ key: Key) { feed([key.code]) }
    func insert(_ text: String) { edit_insert(handle, text) }

    /// The completion of the text before the cursor.
    var completion: Completion {
        let typed = String(cString: edit_before_cursor(handle))
        let found = completions(typed).filter { $0.hasPrefix(typed) }
        guard let first = found.first else { return .none }
        let common = found.reduce(first[...]) { common, next in
            common.prefix(zip(common, next).prefix { $0 == $1 }.count)
        }
        guard common.count == typed.count, found.count > 1 else {
            return .text(String(common.dropFirst(typed.count)))
        }
        return .choice(found)
    }

    /// Processes the fed keys and writes the resulting screen updates.
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

    /// Moves the cursor below the line being edited; text waiting to be printed still appears above it.
    ///
    /// - Parameter isRunning: whether this is called from a handler of an event that `resume` returned.
    func endLine(isRunning: Bool) {
        if isRunning {
            edit_print_now(handle)
        } else {
            feed([Key.redraw.code, 0x0A])
            _ = edit_resume(handle)
        }
        writeDrawing()
    }

    // MARK: output

    var isSearching: Bool { edit_is_searching(handle) != 0 }

    func setPrompt(_ prompt: String) { edit_set_prompt(handle, prompt) }
    func addHistory(_ line: String) { edit_add_history(handle, line) }

    /// Prints text above the line, with the next screen update.
    func print(_ text: String) {
        text.utf8CString.withUnsafeBufferPointer { edit_print(handle, $0.baseAddress, $0.count - 1) }
    }

    /// Adapts to a changed window size.
    func resize() {
        edit_resize(handle)
        writeDrawing()
    }

    /// Writes to the terminal after all earlier screen updates.
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

    /// Restores the terminal's settings while another program uses it.
    func release() {
        edit_prepare(handle, 0)
        output.finish(within: Self.patience)
    }

    /// Sets the terminal up for editing again, after `release`.
    func acquire() { edit_prepare(handle, 1) }

    func reacquire() {
        edit_prepare(handle, 0)
        edit_prepare(handle, 1)
    }
}
