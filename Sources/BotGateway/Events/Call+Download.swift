import JSON

/// `telegram.download_file` is the gateway's own call, not a Bot API method.
extension Call {
    static let downloadType = "telegram.download_file"

    package var isDownload: Bool { type == Self.downloadType }

    package var fileID: String? { parameters["file_id"]?.string }

    /// Where to put the file; nil for a path that the gateway chooses, deleted after its child ended.
    var downloadPath: String? { parameters["path"]?.string }
}
