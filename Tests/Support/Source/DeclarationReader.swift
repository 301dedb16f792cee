/// Walks through a file's tokens with the braces around each, and tells what is declared and what is named.
struct DeclarationReader {
    private enum Declaration {
        case none, function, other
        case type([String])
        /// Whether a value was given, and whether it turned out to be computed.
        case binding(hasValue: Bool)
    }

    private struct Brace {
        /// The type whose members stand here; nil in code.
        let type: [String]?
        let enclosing: [String]
        var isProtocol = false
        var declaration = Declaration.none
        var modifiers: Set<String> = []
        var hasWrapper = false
        /// Round and square brackets that are open since this brace.
        var depth = 0
    }

    private let tokens: [SwiftTokens.Token]
    private var braces = [Brace(type: [], enclosing: [])]
    private var position = 0
    private var isProtocolAhead = false
    /// The types around each token.
    private(set) var enclosing: [[String]] = []

    private static let modifiers: Set<String> = [
        "private", "fileprivate", "internal", "package", "public", "open", "static", "class", "final", "lazy",
        "weak",
        "unowned", "nonisolated", "isolated", "mutating", "override", "convenience", "required", "indirect",
        "private(set)",
        "fileprivate(set)", "internal(set)", "package(set)",
    ]
    private static let types: Set<String> = ["struct", "class", "enum", "protocol", "actor"]

    init(_ tokens: [SwiftTokens.Token]) { self.tokens = tokens }

    private func text(_ offset: Int) -> String {
        let index = position + offset
        return tokens.indices.contains(index) ? tokens[index].text : ""
    }

    private func isWord(_ offset: Int) -> Bool {
        let index = position + offset
        return tokens.indices.contains(index) && tokens[index].isWord
    }

    private var top: Brace {
        get { braces[braces.count - 1] }
        set { braces[braces.count - 1] = newValue }
    }

    mutating func read(into file: inout SourceFile) {
        while position < tokens.count {
            enclosing.append(top.enclosing)
            let token = tokens[position]
            if token.isWord { readWord(token, &file) } else { readPunctuation(token, &file) }
            position += 1
        }
    }

    // MARK: - Words

    private mutating func readWord(_ token: SwiftTokens.Token, _ file: inout SourceFile) {
        let isMember = text(-1) == "."
        if !isMember, declare(token, &file) { return }
        guard !isMember, !Self.declaresName(text(-1)) else { return }
        var chain = [token.text]
        var next = 1
        while text(next) == ".", isWord(next + 1) {
            chain.append(text(next + 1))
            next += 2
        }
        file.names.append(
            SourceFile.Name(
                chain: chain, line: token.line, enclosing: top.enclosing, isCalled: text(1) == "("))
    }

    /// The word before a name that is new.
    private static func declaresName(_ word: String) -> Bool {
        types.contains(word)
            || ["func", "let", "var", "typealias", "associatedtype", "import"].contains(word)
    }

    /// Whether the word begins or adorns a declaration.
    private mutating func declare(_ token: SwiftTokens.Token, _ file: inout SourceFile) -> Bool {
        let isOutside = top.type != nil && top.depth == 0
        switch token.text {
        case "import":
            file.imports.insert(Self.types.contains(text(1)) ? text(2) : text(1))
        case _ where Self.types.contains(token.text) && isWord(1) && !Self.follows(text(1)):
            readType(&file)
        case "extension" where isOutside: readExtension()
        case "typealias", "associatedtype": define(text(1), isType: true, &file)
        case "func": readFunction(&file, isOutside: isOutside)
        case "init", "deinit", "subscript":
            guard isOutside else { return true }
            top.declaration = .function
            endModifiers()
        case "let", "var":
            if isOutside { readBinding(&file) } else { file.ownNames.insert(text(1)) }
        case "case" where isOutside:
            top.declaration = .other
            endModifiers()
        case _ where isOutside && Self.modifiers.contains(token.text):
            let isSetter = text(1) == "(" && text(2) == "set"
            top.modifiers.insert(isSetter ? "\(token.text)(set)" : token.text)
        default: return false
        }
        return true
    }

    /// `class` before one of these is no type.
    private static func follows(_ word: String) -> Bool {
        ["func", "var", "let", "subscript"].contains(word)
    }

    private mutating func endModifiers() {
        top.modifiers = []
        top.hasWrapper = false
    }

    private func isPrivate(_ modifiers: Set<String>) -> Bool {
        top.type == nil || !modifiers.isDisjoint(with: ["private", "fileprivate"])
    }

    private mutating func define(_ name: String, isType: Bool, _ file: inout SourceFile) {
        let path = (top.type ?? top.enclosing) + [name]
        file.definitions.append(
            SourceFile.Definition(
                path: path, line: tokens[position].line, isPrivate: isPrivate(top.modifiers), isType: isType))
        if isType { endModifiers() }
    }

    private mutating func readType(_ file: inout SourceFile) {
        let name = text(1)
        isProtocolAhead = text(0) == "protocol"
        define(name, isType: true, &file)
        readGenericParameters(after: 1, &file)
        top.declaration = .type(top.enclosing + [name])
    }

    private mutating func readExtension() {
        endModifiers()
        var path: [String] = []
        if text(1) == "[" {
            path = [text(3) == ":" ? "Dictionary" : "Array"]
        } else {
            var next = 1
            while isWord(next) {
                path.append(text(next))
                guard text(next + 1) == "." else { break }
                next += 2
            }
        }
        isProtocolAhead = false
        top.declaration = .type(path)
    }

    private mutating func readGenericParameters(after offset: Int, _ file: inout SourceFile) {
        guard text(offset + 1) == "<" else { return }
        var next = offset + 1
        var depth = 0
        repeat {
            if text(next) == "<" { depth += 1 }
            if text(next) == ">" { depth -= 1 }
            if isWord(next), ["<", ","].contains(text(next - 1)) { file.ownNames.insert(text(next)) }
            if isWord(next), ["each", "let"].contains(text(next - 1)) { file.ownNames.insert(text(next)) }
            next += 1
        } while depth > 0 && position + next < tokens.count
    }

    private mutating func readFunction(_ file: inout SourceFile, isOutside: Bool) {
        let name = text(1)
        if let type = top.type, isOutside {
            if type.isEmpty { define(name, isType: false, &file) }
            for part in type { file.methods[part, default: []].insert(name) }
            if top.modifiers.contains("mutating") { file.mutatingMethods.insert(name) }
            top.declaration = .function
        } else {
            file.ownNames.insert(name)
        }
        readGenericParameters(after: 1, &file)
        endModifiers()
    }

    // MARK: - Properties

    private mutating func readBinding(_ file: inout SourceFile) {
        let isVariable = text(0) == "var"
        if text(1) == "(" {
            var next = 2
            while text(next) != ")", position + next < tokens.count {
                if isWord(next) { addProperty(text(next), isVariable, &file) }
                next += 1
            }
        } else {
            addProperty(text(1), isVariable, &file)
        }
        top.declaration = .binding(hasValue: false)
        bindingModifiers = (top.modifiers, top.hasWrapper, isVariable)
        endModifiers()
    }

    /// Those of a binding that goes on after a comma.
    private var bindingModifiers: (modifiers: Set<String>, hasWrapper: Bool, isVariable: Bool) = (
        [], false, false
    )

    private mutating func addProperty(_ name: String, _ isVariable: Bool, _ file: inout SourceFile) {
        guard let type = top.type else { return }
        if type.isEmpty { define(name, isType: false, &file) }
        file.properties.append(
            SourceFile.StoredProperty(
                type: type, name: name, line: tokens[position].line, modifiers: top.modifiers,
                isVariable: isVariable, hasWrapper: top.hasWrapper))
    }

    /// What stands in braces after a property without a value computes it, unless it only looks on.
    private mutating func readAccessors(_ file: inout SourceFile) {
        guard !["willSet", "didSet"].contains(text(1)), let property = file.properties.last else { return }
        if top.isProtocol, [text(1), text(2), text(3)].contains("set") {
            file.writableRequirements.insert(property.name)
        }
        file.properties.removeLast()
        if property.type.isEmpty { return }
        top.declaration = .other
    }

    // MARK: - Punctuation

    private mutating func readPunctuation(_ token: SwiftTokens.Token, _ file: inout SourceFile) {
        switch token.text {
        case "{": open(&file)
        case "}":
            if braces.count > 1 { braces.removeLast() }
            if case .binding = top.declaration { return }
            top.declaration = .none
        case "(", "[": top.depth += 1
        case ")", "]": top.depth -= 1
        case "@":
            if top.type != nil, top.depth == 0, text(1).first?.isUppercase == true, text(1) != "MainActor" {
                top.hasWrapper = true
            }
        case "=" where top.depth == 0:
            if case .binding = top.declaration { top.declaration = .binding(hasValue: true) }
        case "," where top.depth == 0: continueBinding(&file)
        default: break
        }
    }

    private mutating func continueBinding(_ file: inout SourceFile) {
        guard case .binding = top.declaration, isWord(1), [":", "="].contains(text(2)) else { return }
        let kept = bindingModifiers
        (top.modifiers, top.hasWrapper) = (kept.modifiers, kept.hasWrapper)
        position += 1
        enclosing.append(top.enclosing)
        addProperty(text(0), kept.isVariable, &file)
        top.declaration = .binding(hasValue: false)
        endModifiers()
    }

    private mutating func open(_ file: inout SourceFile) {
        if top.depth == 0, case .type(let path) = top.declaration {
            braces.append(Brace(type: path, enclosing: path, isProtocol: isProtocolAhead))
            return
        }
        if top.depth == 0, case .binding(hasValue: false) = top.declaration { readAccessors(&file) }
        braces.append(Brace(type: nil, enclosing: top.enclosing))
    }
}
