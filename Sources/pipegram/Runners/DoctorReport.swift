import Doctor
import Glibc

/// What `doctor` prints: what is as it should be, then what is worth knowing, then what is wrong.
@MainActor final class DoctorReport {
    private var diagnoses: [Diagnosis] = []
    private let hasColours = isatty(1) == 1 && variable("NO_COLOR")?.isEmpty != false

    var faults: Int { diagnoses.count { $0.severity == .fault } }

    func add(_ diagnosis: Diagnosis) { diagnoses.append(diagnosis) }

    func printAll() throws {
        let order: [Diagnosis.Severity] = [.fine, .hint, .fault]
        let lines = order.flatMap { severity in
            diagnoses.filter { $0.severity == severity }.map { line($0) }
        }
        let sum =
            switch faults {
            case 0: "all is well"
            case 1: "1 thing is wrong"
            default: "\(faults) things are wrong"
            }
        try printOut(Array((lines + [sum, ""]).joined(separator: "\n").utf8))
    }

    private func line(_ diagnosis: Diagnosis) -> String {
        let (word, colour) =
            switch diagnosis.severity {
            case .fine: ("ok   ", 32)
            case .hint: ("note ", 33)
            case .fault: ("wrong", 31)
            }
        // What a bot wrote is shown, and must not speak to the terminal.
        let text = "\(diagnosis.subject): \(diagnosis.words)".map { character in
            character.isNewline || character.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
                ? " " : character
        }
        return (hasColours ? "\u{1B}[\(colour)m\(word)\u{1B}[0m" : word) + " " + String(text)
    }
}
