extension StringProtocol {
    /// The last component of a path, as in basename(1); nil for `/` and for an empty path.
    package var baseName: String? { split(separator: "/" as Character).last.map { String($0) } }
}
