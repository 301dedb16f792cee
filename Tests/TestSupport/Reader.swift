/// Something that reads what others wrote, and what must hold whatever it is given.
public nonisolated struct Reader: Sendable, CustomStringConvertible {
    /// What a reader made of an input.
    public enum ProbeAnalysis: Equatable {
        case read, refused
        case fault(String)
    }

    public let description: String
    /// Inputs that it reads; others are made from them.
    public let samples: [[UInt8]]
    public let tryInput: @MainActor ([UInt8]) -> ProbeAnalysis

    public init(
        _ name: String, samples: [String], tryInput: @escaping @MainActor ([UInt8]) -> ProbeAnalysis
    ) {
        self.init(name, samples: samples.map { Array($0.utf8) }, tryInput: tryInput)
    }

    public init(
        _ name: String, samples: [[UInt8]], tryInput: @escaping @MainActor ([UInt8]) -> ProbeAnalysis
    ) {
        (description, self.samples, self.tryInput) = (name, samples, tryInput)
    }
}
