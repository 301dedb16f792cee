import BotAPI
import JSON
import Reactor

extension Uploads.Prepared {
    /// The call as a server receives it: the parameters without files, and the files themselves.
    func received(instead parameters: JSON) -> (parameters: JSON, files: [ReceivedFile]) {
        guard case .form(let parts) = body else { return (parameters, []) }
        var rest: JSON = [:]
        var files: [ReceivedFile] = []
        for part in parts {
            switch part.content {
            case .text(let bytes): rest.set(part.name, JSON(String(decoding: bytes, as: UTF8.self)))
            case .file(let file, let name):
                files.append(ReceivedFile(part: part.name, name: name, file: file))
            }
        }
        return (rest, files)
    }
}

extension Uploads {
    /// Converts a call with `file://` parameters to a call with uploads.
    ///
    /// - Parameter text: the call as JSON, if the caller has it. It is searched for `file://` to skip other calls
    ///   quickly.
    /// - Returns: the parameters and files; an error in the server's words if a file doesn't exist or may not be sent.
    package func received(
        _ method: String, _ parameters: JSON, as text: [UInt8]? = nil
    ) -> Result<(parameters: JSON, files: [ReceivedFile]), BotAPIError> {
        if let text, !Self.areNamed(in: text) { return .success((parameters, [])) }
        do throws(PreparationError) {
            return .success(try prepare(method, parameters).received(instead: parameters))
        } catch {
            switch error {
            case .refused(let error): return .failure(error)
            case .exhausted:
                return .failure(BotAPIError(code: 500, reason: "Internal Server Error: too many open files"))
            }
        }
    }
}
