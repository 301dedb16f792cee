import Reactor

/// Where somebody chats: what is typed comes from here, and what is to be seen goes there.
@MainActor protocol ChatInterface: AnyObject {
    /// A line, without its end.
    var onLine: (String) -> Void { get set }
    /// A line that can't be said, and why not.
    var onRejectedLine: (String) -> Void { get set }
    /// No more lines come.
    var onEnd: () -> Void { get set }
    /// Nothing can be shown any more.
    var onFailure: (SystemError) -> Void { get set }
    /// Asked before more is read.
    var mayGoOn: () -> Bool { get set }

    func start()
    func show(_ lines: [String])
    /// Draws a picture, where that can be done.
    func showPicture(_ path: String)
    /// - Parameters:
    ///   - title: who speaks, and where.
    ///   - notice: what is going on there just now; nil for nothing.
    func setPrompt(_ title: String, notice: String?)
    /// Everything was shown; the terminal is as it was.
    func close()
}
