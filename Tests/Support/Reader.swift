import Doctor

/// Something that reads what others wrote, and what must hold whatever it is given.
package nonisolated struct Reader: Sendable, CustomStringConvertible {
    /// What a reader made of an input.
    package enum ProbeAnalysis: Equatable {
        case read, refused
        case fault(String)
    }

    package let description: String
    /// Inputs that it reads; others are made from them.
    package let samples: [[UInt8]]
    package let tryInput: @MainActor ([UInt8]) -> ProbeAnalysis

    package init(
        _ name: String, samples: [String], tryInput: @escaping @MainActor ([UInt8]) -> ProbeAnalysis
    ) {
        self.init(name, samples: samples.map { Array($0.utf8) }, tryInput: tryInput)
    }

    package init(
        _ name: String, samples: [[UInt8]], tryInput: @escaping @MainActor ([UInt8]) -> ProbeAnalysis
    ) {
        (description, self.samples, self.tryInput) = (name, samples, tryInput)
    }
}
