import Reactor

/// Turns files into what draws them at a terminal.
@MainActor public final class TerminalPictures {
    /// - Parameter searchPath: where `chafa` and `img2sixel` are looked for.
    public init(_ kind: Terminal.Pictures, searchPath: String, on loop: EventLoop) {}

    /// The escape sequences that draw a picture, for `LineEditor.show`; nil where it can't be drawn: then its name
    /// and size will do.
    ///
    /// - Parameters:
    ///   - path: a file of any format.
    ///   - done: called once, from the loop or before this returns, after 5 seconds at most.
    public func draw(_ path: String, then done: @escaping (String?) -> Void) { done(nil) }
}
