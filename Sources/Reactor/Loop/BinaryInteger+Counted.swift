extension BinaryInteger {
    /// For a reader: `1 event`, `3 events`.
    package func counted(_ noun: String, plural: String? = nil) -> String {
        "\(self) \(self == 1 ? noun : plural ?? "\(noun)s")"
    }
}
