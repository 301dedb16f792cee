import CGlibc
import Glibc

/// Five thousand inputs for one reader, each from a seed of its own, and what came of them.
///
/// A fault names its seed; so does a crash, or an input that takes 20 seconds, on stderr.
/// `PIPEGRAM_SEED=4711 swift test --filter ReaderTests` tries that one alone.
package struct FuzzRun {
    package private(set) var read = 0
    package private(set) var refused = 0
    package private(set) var faults: [String] = []
    /// By how many bytes the heap grew from the first five hundred inputs to the last.
    package private(set) var growth = 0
    /// The seed to try alone, if one was asked for.
    package let seed = getenv("PIPEGRAM_SEED").flatMap { UInt64(String(cString: $0)) }

    /// Less than one block of malloc's for every second input, more than what else happens in a process.
    package static let growthLimit = 64 << 10

    package init(of reader: Reader, count: UInt64 = 5_000) {
        LastWords.prepare()
        defer { LastWords.dismiss() }
        var heapBefore = 0
        for seed in self.seed.map({ $0..<$0 + 1 }) ?? 0..<count {
            LastWords.text = "\(reader): this was the input of PIPEGRAM_SEED=\(seed)\n"
            let input = [UInt8].input(like: reader.samples, seed: seed)
            switch reader.tryInput(input) {
            case .read: read += 1
            case .refused: refused += 1
            case .fault(let words):
                faults.append("PIPEGRAM_SEED=\(seed): \(words): \(String(decoding: input, as: UTF8.self))")
            }
            if seed == count / 10 { heapBefore = Self.heap }
        }
        growth = Self.heap - heapBefore
    }

    /// Bytes in use; 0 under a sanitizer, which keeps its own books.
    private static var heap: Int {
        let info = mallinfo2()
        return Int(info.uordblks + info.hblkhd)
    }
}

/// What is said on stderr when the program is about to die, so that a crash can be repeated.
private enum LastWords {
    private nonisolated static let fatal = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGALRM]
    private nonisolated(unsafe) static let room = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256)
    private nonisolated(unsafe) static var count = 0
    private nonisolated(unsafe) static var before: [(Int32, sigaction)] = []

    /// Setting it also starts the time anew.
    static var text: String = "" {
        didSet {
            count = room.update(from: text.utf8).index
            alarm(20)
        }
    }

    static func prepare() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = speak
        action.sa_flags = SA_ONSTACK
        before = fatal.map { number in
            var old = sigaction()
            sigaction(number, &action, &old)
            return (number, old)
        }
    }

    nonisolated static func dismiss() {
        alarm(0)
        for (number, old) in before {
            var old = old
            sigaction(number, &old, nil)
        }
    }

    /// Whoever waited for the signal before gets it: the instruction that crashed is run once more.
    private nonisolated static let speak: @convention(c) (Int32) -> Void = { number in
        write(2, room.baseAddress, count)
        dismiss()
        if number == SIGALRM || number == SIGABRT { abort() }
    }
}
