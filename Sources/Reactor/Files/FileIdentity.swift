import Glibc

/// Identifies a file, whatever its paths are.
package struct FileIdentity: Hashable {
    private let device: UInt64
    private let inode: UInt64

    /// The file at a path or at the end of its links; nil if there is none.
    package init?(at path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init?(of descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) { (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino)) }
}
