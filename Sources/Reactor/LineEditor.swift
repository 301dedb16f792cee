import Glibc

/// Lines typed at a terminal, with editing and a history, while other text is printed above them.
@MainActor public final class LineEditor {
    /// A whole line, without its end. Pasted text of several lines is one.
    public var onLine: (String) -> Void = { _ in }
    /// Ctrl-C; what was typed is dropped.
    public var onInterrupt: () -> Void = {}
    /// Whether anything had been typed when Ctrl-C came last; set before `onInterrupt` is called.
    public private(set) var interruptedLine = false
    /// Ctrl-D on an empty line, or the terminal is gone.
    public var onEnd: () -> Void = {}
    /// The window has another size.
    public var onResize: () -> Void = {}
    /// May have colours: `ESC [ … m`.
    public var prompt: String

    /// - Parameter historyPath: where lines are kept for the next time; made when it isn't there.
    public init(prompt: String, historyPath: String?, on loop: EventLoop) throws(SystemError) {
        self.prompt = prompt
    }

    /// Columns.
    public var width: Int { Terminal.width() }

    /// Prints text, one or more lines, above the prompt; what is being typed stays. It may have escape sequences.
    public func show(_ text: String) {}

    /// Asks the terminal which pictures it takes; `done` is called once, within 200 ms.
    public func askForPictures(then done: @escaping (Terminal.Pictures) -> Void) { done(.none) }

    /// Gives the terminal back as it was.
    public func close() {}
}
