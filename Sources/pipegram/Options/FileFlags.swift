import ArgumentParser
import BotAPI
import Glibc
import Reactor

/// Which files a bot may send.
struct FileFlags: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "Let the bot send only files below this directory",
            valueName: "directory"),
        completion: .directory)
    var uploadRoot: String?

    @MainActor func uploads() throws -> Uploads {
        guard let uploadRoot else { return Uploads() }
        guard let resolved = realpath(uploadRoot, nil) else {
            throw Failure(.noInput, "--upload-root: \(SystemError(uploadRoot))")
        }
        defer { free(resolved) }
        let root = String(cString: resolved)
        var status = stat()
        guard stat(root, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw Failure(.noInput, "--upload-root: \(SystemError(uploadRoot, code: ENOTDIR))")
        }
        return Uploads(root: root)
    }
}
