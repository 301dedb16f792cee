import CLibFuzzer
import Glibc
import TestSupport

/// `Fuzz READER CORPUS [OPTIONS]`: libFuzzer with one of the readers. CORPUS is a folder that exists, or a
/// file with one input to try.
@main enum Fuzz {
    /// A C function, as libFuzzer wants one, can hold nothing.
    private static let readers = Reader.all + [Reader.stateFile()]
    private static let reader = readers.first { $0.description == CommandLine.arguments.dropFirst().first }

    static func main() {
        guard let reader, CommandLine.arguments.count > 2 else {
            print("usage: Fuzz \(readers.map(\.description).joined(separator: "|")) CORPUS [OPTIONS]")
            exit(64)
        }
        for (index, sample) in reader.samples.enumerated() {
            // Nothing can be put into a file with one input.
            guard let file = fopen("\(CommandLine.arguments[2])/sample-\(index)", "w") else { break }
            fwrite(sample, 1, sample.count, file)
            fclose(file)
        }
        // libFuzzer takes the reader's name for the program's.
        var count = CommandLine.argc - 1
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { data, size in
                let input = Array(UnsafeBufferPointer(start: data, count: size))
                MainActor.assumeIsolated { Fuzz.tryInput(input) }
                return 0
            })
    }

    private static func tryInput(_ input: [UInt8]) {
        if case .fault(let words) = reader?.tryInput(input) { fatalError(words) }
    }
}
