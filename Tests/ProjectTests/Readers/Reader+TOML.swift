import TOML
import TestSupport

extension Reader {
    /// A document's values, or the error, are on its lines; a table's keys come by line.
    nonisolated static let tomlDocuments = Reader(
        "toml-documents",
        samples: [
            "# all bots\nidle-timeout = \"1h\"\nplain = true\n\n[run]\nmax-children = 5 # few\nallow-user = [42, \"@ada\"]\n",
            "program = [\n    \"python3\",\n    'bot.py',\n]\r\n[chat]\r\nlog = \"\"\"\na\\\n  b\\u00e9\"\"\"\r\n",
            "[a.b.c]\nd.e = { f = 1979-05-27T07:32:00Z, g = [[[[1]]]] }\n[[h]]\ni = 0xFF\n[[h]]\nj = nan\n",
            "\u{FEFF}\"\" = 1.5e3\n'x y' = '''\n'' \n'''\nz = \"\"\n",
        ]
    ) { bytes in
        let lines = 1 + bytes.count { $0 == 0x0A }
        do throws(TOMLDocument.Malformed) {
            return fault(in: try TOMLDocument(bytes).entries, lines).map { .fault($0) } ?? .read
        } catch {
            return 1...lines ~= error.line ? .refused : .fault("\(error) of \(lines)")
        }
    }

    private static func fault(in entries: [TOMLDocument.Entry], _ lines: Int) -> String? {
        for entry in entries {
            guard 1...lines ~= entry.line else { return "\(entry) of \(lines) lines" }
            if case .table(let members) = entry.value, let fault = fault(in: members, lines) { return fault }
            if case .array(let elements) = entry.value, let fault = fault(in: elements, lines) {
                return fault
            }
        }
        return nil
    }
}
