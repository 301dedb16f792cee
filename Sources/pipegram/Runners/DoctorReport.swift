import Doctor
import Glibc
import Reactor

/// The output of `doctor`: passed checks, then notes, then faults.
@MainActor final class DoctorReport {
    private var diagnoses: [Diagnosis] = []
    private let hasColours = isatty(1) == 1 && Environment.variable("NO_COLOR")?.isEmpty != false

    var faultCount: Int { diagnoses.count { $0.severity == .fault } }

    func add(_ diagnosis: Diagnosis) { diagnoses.append(diagnosis) }

    func printAll() throws {
        let order: [Diagnosis.Severity] = [.fine, .hint, .fault]
        let lines = order.flatMap { severity in
            diagnoses.filter { $0.severity == severity }.map { line($0) }
        }
        let sum = faultCount == 0 ? "no problems found" : "\(faultCount.counted("problem")) found"
        try printOut(Array((lines + [sum, ""]).joined(separator: "\n").utf8))
    }

    private func line(_ diagnosis: Diagnosis) -> String {
        let (label, colour): (String, EscapeSequence.Style) =
            switch diagnosis.severity {
            case .fine: ("ok   ", .green)
            case .hint: ("note ", .yellow)
            case .fault: ("wrong", .red)
            }
        // Messages quote the bot's output: its control characters must not reach the terminal.
        let text = "\(diagnosis.subject): \(diagnosis.message)".map { character in
            character.isNewline || character.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
                ? " " : character
        }
        return (hasColours ? EscapeSequence.styled(label, colour) : label) + " " + String(text)
    }
}
