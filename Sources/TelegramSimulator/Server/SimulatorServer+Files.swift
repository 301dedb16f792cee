import Reactor

/// Files that tests add.
extension SimulatorServer {
    /// Stores a file.
    ///
    /// - Parameter path: the file's path in getFile's result and in the download's URL.
    /// - Returns: the file's `file_id`.
    package func addFile(_ bytes: [UInt8], path: String) -> String {
        telegram.files.add(.bytes(bytes), path: path)
    }

    /// Stores a file that is on disk, and may have any size.
    package func addFile(_ file: InputFile, path: String) -> String {
        telegram.files.add(.file(file), path: path)
    }

    /// The directory for downloaded files, as for a server run with `--local`; nil for a hosted server.
    package var localDirectory: String? {
        get { telegram.files.localDirectory }
        set { telegram.files.localDirectory = newValue }
    }
}
