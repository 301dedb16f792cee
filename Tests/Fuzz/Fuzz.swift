import CLibFuzzer
import Glibc
import TestSupport

/// `Fuzz READER CORPUS [OPTIONS]` runs libFuzzer with one of the readers. CORPUS is an existing folder, or a file with
/// one input to try.
@main enum Fuzz {
    /// Static, because the C function that libFuzzer needs can't capture values.
    private static let readers = Reader.all + [Reader.stateFile()]
    private static let reader = readers.first { $0.description == CommandLine.arguments.dropFirst().first }

    static func main() {
        guard let reader, CommandLine.arguments.count > 2 else {
            print("usage: Fuzz \(readers.map(\.description).joined(separator: "|")) CORPUS [OPTIONS]")
            exit(64)
        }
        for (index, sample) in reader.samples.enumerated() {
            // Opening fails if CORPUS is a single file.
            guard let file = fopen("\(CommandLine.arguments[2])/sample-\(index)", "w") else { break }
            fwrite(sample, 1, sample.count, file)
            fclose(file)
        }
        // Skips the program's name: libFuzzer ignores its first argument, which is now the reader's name.
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
