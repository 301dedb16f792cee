import Reactor

/// The user interface of a chat: it supplies typed lines and shows output.
@MainActor protocol ChatInterface: AnyObject {
    /// Called with each line, without its line end.
    var onLine: (String) -> Void { get set }
    /// Called with the reason why a line can't be used.
    var onRejectedLine: (String) -> Void { get set }
    /// Called at the end of the input.
    var onEnd: () -> Void { get set }
    /// Called when output can't be written.
    var onFailure: (SystemError) -> Void { get set }
    /// What the beginning of a line may become, for Tab.
    var completions: (String) -> [String] { get set }
    /// Whether to read more input.
    var mayGoOn: () -> Bool { get set }

    func start()
    func show(_ lines: [String])
    /// Draws a picture if the terminal can.
    func showPicture(_ path: String)
    /// - Parameters:
    ///   - title: the current user and chat.
    ///   - notice: the current activity, such as typing; nil for none.
    func setPrompt(_ title: String, notice: String?)
    /// Restores the terminal.
    func close()
}
