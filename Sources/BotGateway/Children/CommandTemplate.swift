import Reactor

/// A bot's command whose placeholders, such as `{chat_id}`, are filled in for each child.
///
/// A value stays a part of its argument, and has no character with a meaning in a shell: ssh passes its arguments to one.
package struct CommandTemplate {
    /// Why a command can't be filled in.
    package struct Malformed: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    private enum Piece {
        case text(String)
        case value(Placeholder)
    }

    /// As given, with the placeholders.
    package let program: Program
    private let arguments: [[Piece]]
    private let directory: [Piece]?
    /// Nil for children without a box.
    package var box: Box?

    /// - Parameters:
    ///   - program: its name has no placeholders, but its arguments may have some.
    ///   - directory: the children's working directory; nil for this process's.
    ///   - scopes: the rule by which updates share a child: some leave no chat, or no user. Nil if it isn't known.
    package init(
        _ program: Program, directory: String? = nil, scopes: ScopeChoice? = nil
    ) throws(Malformed) {
        self.program = program
        var arguments: [[Piece]] = []
        for argument in program.arguments.dropFirst() {
            arguments.append(try Self.pieces(of: argument, scopes))
        }
        self.arguments = arguments
        if let directory {
            self.directory = try Self.pieces(of: directory, scopes)
        } else {
            self.directory = nil
        }
    }

    /// The program for the child with this scope line.
    package func program(for line: ScopeLine, in environment: ChildEnvironment) -> Program {
        var program = program(for: line.scope)
        program.environment = environment.variables(for: line)
        return program
    }

    private func program(for scope: Scope) -> Program {
        var program = program
        program.arguments =
            program.arguments.prefix(1) + arguments.map { Self.text(of: $0, for: scope, isPath: false) }
        program.directory = directory(for: scope)
        return box?.enclose(program) ?? program
    }

    /// The commands that start a child of a scope: they make its directory, enter it, and start the program.
    package func commands(for scope: Scope) -> [[String]] {
        let program = program(for: scope)
        let words = [program.absolutePath] + program.arguments.dropFirst()
        guard let directory = program.directory else { return [words] }
        return [["mkdir", "-p", directory], ["cd", directory], words]
    }

    /// Where the files must be that a scope's child names in its calls.
    package func confinement(of scope: Scope) -> FileConfinement {
        guard box != nil else { return .anywhere }
        return directory(for: scope).map { .directory($0) } ?? .nowhere
    }

    private func directory(for scope: Scope) -> String? {
        guard let directory else { return nil }
        let path = Self.text(of: directory, for: scope, isPath: true)
        // A path that is the same in the box.
        return box == nil ? path : BoxContents.located(path)
    }

    private static func text(of pieces: [Piece], for scope: Scope, isPath: Bool) -> String {
        pieces.map {
            switch $0 {
            case .text(let text): text
            // A topic's directory must not be inside its chat's.
            case .value(let placeholder):
                isPath
                    ? placeholder.value(for: scope).replacing("/", with: ",") : placeholder.value(for: scope)
            }
        }.joined()
    }

    private static func pieces(of text: String, _ scopes: ScopeChoice?) throws(Malformed) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            let before = rest[..<open]
            let (name, end) = name(in: rest[rest.index(after: open)...])
            rest = rest[(end ?? rest.index(after: open))...]
            if before.hasSuffix("$") || end == nil {
                // A shell's variable, or no name at all. A second brace may begin one.
                pieces.append(.text("\(before){\(end == nil ? "" : "\(name)}")"))
            } else if before.isEmpty, case .text(let last)? = pieces.last, last.hasSuffix("{"),
                rest.hasPrefix("}")
            {
                pieces[pieces.count - 1] = .text("\(last)\(name)}")
                rest.removeFirst()
            } else {
                pieces += [.text(String(before)), .value(try Placeholder(String(name), in: text, scopes))]
            }
        }
        return pieces + [.text(String(rest))]
    }

    /// The name that ends with the next brace, and where that ends; nil if it isn't written like a name.
    private static func name(in text: Substring) -> (name: Substring, end: Substring.Index?) {
        let name = text.prefix { $0 != "}" && $0 != "{" }
        let word = name.prefix { "a"..."z" ~= $0 || $0 == "_" }
        guard name.endIndex < text.endIndex, text[name.endIndex] == "}", !word.isEmpty,
            word.endIndex == name.endIndex || name[word.endIndex] == ":"
        else { return (name, nil) }
        return (name, text.index(after: name.endIndex))
    }
}
