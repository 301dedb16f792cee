import TestSupport
import Testing

/// Readers of arbitrary bytes. The same readers are fuzzed by `Tests/Fuzz/run`.
@Suite(.ownProcess) struct ReaderTests {
    @Test(arguments: Reader.all)
    func `5,000 inputs crash nothing, hang nothing and leave nothing behind`(_ reader: Reader) {
        tryInputs(of: reader)
    }

    private func tryInputs(of reader: Reader) {
        let ordeal = FuzzRun(of: reader)
        #expect(ordeal.faults == [])
        guard ordeal.seed == nil else { return }
        #expect(ordeal.growth < FuzzRun.growthLimit)
        #expect(ordeal.read > 250, "the inputs are too wild")
        #expect(ordeal.refused > 250, "the inputs are too tame")
    }

    @Test func `nor do 5,000 state files`() {
        let reader = Reader.stateFile()
        #expect(reader.samples.allSatisfy { reader.tryInput($0) == .read })
        tryInputs(of: reader)
    }

    @Test(arguments: Reader.all)
    func `what the inputs are made from is read`(_ reader: Reader) {
        for sample in reader.samples where !sample.starts(with: #"{"ok":false"#.utf8) {
            #expect(reader.tryInput(sample) == .read, "\(String(decoding: sample, as: UTF8.self))")
        }
    }
}
