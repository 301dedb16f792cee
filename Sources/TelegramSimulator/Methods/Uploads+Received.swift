import BotAPI
import JSON
import Reactor

extension Uploads.Prepared {
    /// The call as a server gets it: the parameters without the files that they name, and the files beside them.
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
    /// The same call with the files that it names by `file://` beside it, as if they had been uploaded.
    ///
    /// - Parameter text: JSON in which the parameters stand; nil where nobody has it yet.
    /// - Returns: a refusal in the server's words for a file that isn't there or may not be sent.
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
