/// Asks a terminal for its picture protocol.
@MainActor final class PictureQuery {
    private static let timeout = Duration.milliseconds(200)

    private let loop: EventLoop
    private var timer: Timer?
    private var done: (Terminal.Pictures) -> Void = { _ in }

    init(on loop: EventLoop) { self.loop = loop }

    /// - Parameters:
    ///   - write: writes to the terminal.
    ///   - done: called once, within 200 ms.
    func ask(write: ([UInt8]) -> Void, then done: @escaping (Terminal.Pictures) -> Void) {
        guard timer == nil else { return done(.none) }
        self.done = done
        timer = loop.after(Self.timeout) { [weak self] in self?.answer(.none) }
        // First a one-pixel picture that the terminal checks and discards, then a query that every terminal answers, so
        // that terminals without pictures don't cost the whole timeout.
        let onePixel = EscapeSequence.graphics("i=31,s=1,v=1,a=q,t=d,f=24", "AAAA")
        write(Array((onePixel + EscapeSequence.attributesQuery).utf8))
    }

    /// Reports the terminal's response; does nothing if no query is open.
    func answer(_ pictures: Terminal.Pictures) {
        guard let timer else { return }
        timer.cancel()
        self.timer = nil
        let done = done
        self.done = { _ in }
        done(pictures)
    }

    /// Drops an open query; its callback isn't called.
    func cancel() { timer?.cancel() }
}
