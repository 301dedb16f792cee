import JSON

/// `telegram.download_file`: not a method of Telegram's, but the gateway's own way to a file.
extension Call {
    static let downloadType = "telegram.download_file"

    package var isDownload: Bool { type == Self.downloadType }

    /// Which file.
    package var fileID: String? { parameters["file_id"]?.string }

    /// Where to put it; nil for a place that the gateway finds, and that is gone with the child.
    var downloadPath: String? { parameters["path"]?.string }
}
