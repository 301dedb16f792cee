/// Says once, of all children, that one speaks unheard.
extension ChildSession {
    private static let wayOut = """
        is its stdout buffered? Most languages keep what is printed to a pipe until it is much: flush after each \
        line (python3 -u, fflush(stdout), $| = 1 …), or start it with 'stdbuf -oL'
        """

    /// It lives on and has nothing to do: what it had to say should be here.
    func listenForSilence() {
        // Whether it waits for more costs a look at the system, and is asked last.
        guard stdoutBuffering.isLong, !children.hasSaidBuffered, inFlight.isReady,
            process?.isReadingInput == true
        else { return }
        children.hasSaidBuffered = true
        log(
            .notice,
            "it read several events, waits for more, and has written nothing at all: \(Self.wayOut). "
                + "If it has nothing to say, all is well")
    }

    /// It wrote something.
    func heard() {
        guard !stdoutBuffering.isBroken else { return }
        // In a replay the end of its stdin comes soon, and brings out what is kept back.
        let wasKeptBack = options.replays != nil && stdoutBuffering.isLong && lifecycle.state != .running
        stdoutBuffering.wasBroken()
        guard wasKeptBack, !children.hasSaidBuffered else { return }
        children.hasSaidBuffered = true
        log(
            .notice,
            "it wrote nothing before the end of its stdin, which comes late on Telegram: \(Self.wayOut)")
    }
}
