extension SourceFile {
    private static let assignments: Set<String> = [
        "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "&+=", "&-=", "&*=",
    ]

    /// The standard library's methods, and swift-collections', that change what they are called on.
    static let mutatingMethods: Set<String> = [
        "append", "insert", "remove", "removeAll", "removeFirst", "removeLast", "removeSubrange",
        "removeValue",
        "popFirst", "popLast", "prepend", "updateValue", "update", "merge", "formUnion", "formIntersection",
        "subtract", "formSymmetricDifference", "sort", "reverse", "shuffle", "swapAt", "toggle", "negate",
        "reserveCapacity", "replaceSubrange", "write", "next", "hash", "combine", "withUnsafeMutableBytes",
        "withUnsafeMutableBufferPointer", "formIndex", "trimPrefix", "replace", "removeValues",
    ]

    /// Every name that something may be assigned to here, or that is passed on to be changed. Rather one too many.
    ///
    /// - Parameter mutating: the methods that change what they are called on.
    package func changes(mutating: Set<String>) -> Set<Change> {
        var changes: Set<Change> = []
        for index in tokens.indices {
            let token = tokens[index]
            if token.isWord {
                if isChanged(index, mutating) { add(index, to: &changes) }
            } else if token.text == "&" || token.text == "\\" {
                addChain(after: index, to: &changes)
            } else if token.text == ")", text(index + 1) == "=" {
                addTuple(before: index, to: &changes)
            }
        }
        return changes
    }

    private func text(_ index: Int) -> String { tokens.indices.contains(index) ? tokens[index].text : "" }

    private func add(_ index: Int, to changes: inout Set<Change>) {
        let name = tokens[index].text
        if text(index - 1) == "." {
            changes.insert(Change(name: name, type: nil))
        } else if text(index - 1) != "let", text(index - 1) != "var" {
            for type in enclosing[index] { changes.insert(Change(name: name, type: type)) }
        }
    }

    /// Whether an assignment or a mutating call follows the name, or a part of it: `name[0].count += 1`.
    private func isChanged(_ index: Int, _ mutating: Set<String>) -> Bool {
        var next = index + 1
        while tokens.indices.contains(next) {
            switch tokens[next].text {
            case "?", "!": next += 1
            case ".":
                guard next + 1 < tokens.count else { return false }
                if text(next + 2) == "(" || text(next + 2) == "{" { return mutating.contains(text(next + 1)) }
                next += 2
            case "[": next = end(ofBracketAt: next) + 1
            case let text: return Self.assignments.contains(text)
            }
        }
        return false
    }

    private func end(ofBracketAt start: Int) -> Int {
        var depth = 0
        for index in start..<tokens.count where !tokens[index].isWord {
            if ["[", "("].contains(tokens[index].text) { depth += 1 }
            if ["]", ")"].contains(tokens[index].text) { depth -= 1 }
            if depth == 0 { return index }
        }
        return tokens.count
    }

    /// `&first.second` and `\Type.first.second`.
    private func addChain(after index: Int, to changes: inout Set<Change>) {
        var next = index + 1
        while tokens.indices.contains(next) {
            if tokens[next].isWord {
                add(next, to: &changes)
            } else if tokens[next].text == "[" {
                next = end(ofBracketAt: next)
            } else if ![".", "?", "!"].contains(tokens[next].text) {
                return
            }
            next += 1
        }
    }

    /// `(first, second.third) = …`
    private func addTuple(before index: Int, to changes: inout Set<Change>) {
        var next = index - 1
        while next >= 0, tokens[next].text != "(" {
            if tokens[next].isWord { add(next, to: &changes) }
            next -= 1
        }
    }
}
