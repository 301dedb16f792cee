import JSON
import Reactor

/// The files that a call names by `file://`, which a server that is run with `--local` reads itself.
enum LocalFiles {
    /// The same call with these files beside it, as if they had been uploaded.
    ///
    /// Fails as the server does for what isn't there.
    static func found(
        in parameters: JSON, of method: String, beside files: [ReceivedFile]
    ) throws(BotAPIError) -> (JSON, [ReceivedFile]) {
        let prepared: Uploads.Prepared
        do throws(Uploads.Trouble) {
            prepared = try Uploads().prepare(method, parameters)
        } catch {
            guard case .refused(let error) = error else {
                throw BotAPIError(code: 500, reason: "Internal Server Error: too many open files")
            }
            throw error
        }
        guard case .form(let parts) = prepared.body else { return (parameters, files) }
        let rest: JSON = [:]
        var found = files
        for part in parts {
            switch part.content {
            case .text(let bytes): rest.set(part.name, JSON(String(decoding: bytes, as: UTF8.self)))
            case .file(let file, let name):
                found.append(ReceivedFile(part: part.name, name: name, file: file))
            }
        }
        return (rest, found)
    }
}
