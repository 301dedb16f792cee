import Chat
import Reactor

/// The interface of an interactive chat.
@MainActor final class TerminalInterface: ChatInterface {
    var onLine: (String) -> Void = { _ in }
    var onRejectedLine: (String) -> Void = { _ in }
    var onEnd: () -> Void = {}
    var onFailure: (SystemError) -> Void = { _ in }
    var completions: (String) -> [String] = { _ in [] }
    var mayGoOn: () -> Bool = { true }

    private let editor: LineEditor
    private let styled: Bool
    private let loop: EventLoop
    private var pictures: TerminalPictures?
    private var isClosed = false

    init(styled: Bool, on loop: EventLoop) throws(SystemError) {
        (self.styled, self.loop) = (styled, loop)
        editor = try LineEditor(prompt: "", historyPath: Self.historyPath, on: loop)
    }

    private static var historyPath: String? {
        if let state = Environment.variable("XDG_STATE_HOME"), state.hasPrefix("/") {
            return "\(state)/pipegram/chat-history"
        }
        return Environment.variable("HOME").map { "\($0)/.local/state/pipegram/chat-history" }
    }

    func start() {
        editor.onLine = { [unowned self] in onLine($0) }
        editor.completions = { [unowned self] in completions($0) }
        editor.onEnd = { [unowned self] in onEnd() }
        // As in a shell: Ctrl-C clears the line, or exits if it is empty.
        editor.onInterrupt = { [unowned self] hadText in if !hadText { onEnd() } }
        if let known = Terminal.pictures(environment: Environment.variable) {
            draw(known)
        } else {
            editor.askForPictures { [weak self] in self?.draw($0) }
        }
    }

    private func draw(_ kind: Terminal.Pictures) {
        guard kind != .none else { return }
        pictures = TerminalPictures(
            kind, searchPath: Environment.variable("PATH") ?? "/usr/bin:/bin", on: loop)
    }

    func showPicture(_ path: String) {
        pictures?.draw(path) { [weak self] drawing in
            if let self, let drawing, !self.isClosed { self.editor.show(drawing) }
        }
    }

    func show(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        guard isClosed else { return editor.show(lines.joined(separator: "\n")) }
        File.writeAll(Array((lines.joined(separator: "\n") + "\n").utf8), to: 1)
    }

    func setPrompt(_ title: String, notice: String?) {
        let title = TerminalSanitizer.text(title)
        let prefix = notice.map { dim("(\($0))") + " " } ?? ""
        editor.prompt =
            prefix + (styled ? EscapeSequence.styled("\(title)>", .bold, .green) : "\(title)>") + " "
    }

    private func dim(_ text: String) -> String { styled ? EscapeSequence.styled(text, .dim) : text }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        editor.close()
    }
}
