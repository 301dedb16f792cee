extension StringProtocol {
    /// What a path's last part is called, as basename(1) has it; nil for `/` and for an empty one.
    package var baseName: String? { split(separator: "/" as Character).last.map { String($0) } }
}
