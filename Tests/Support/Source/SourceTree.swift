/// The Swift files of a folder, and who names whom in them.
///
/// A name that can't be told for certain from another thing of that name isn't counted: a member after a point, and
/// what an extension adds to a type but nested types.
package struct SourceTree {
    /// A file of one room names what another room defines.
    package struct Edge: CustomStringConvertible {
        package let from: String
        package let to: String
        package let file: String
        package let line: Int
        package let name: String

        package var description: String { "\(file):\(line) names \(name) of \(to)" }
    }

    private struct Place {
        let file: Int
        let isPrivate: Bool
    }

    package let files: [SourceFile]
    private var places: [String: [Place]] = [:]
    private let targets: Set<String>

    /// - Parameter texts: by the path of the file, whose first folder is its target.
    package init(_ texts: [(path: String, text: String)]) {
        files = texts.map { SourceFile(path: $0.path, text: $0.text) }
        targets = Set(files.map(\.target))
        for (index, file) in files.enumerated() {
            for definition in file.definitions {
                places[definition.path.joined(separator: "."), default: []].append(
                    Place(file: index, isPrivate: definition.isPrivate))
            }
        }
    }

    // MARK: - Who names whom

    /// - Parameter room: of a file's path.
    package func edges(_ room: (SourceFile) -> String) -> [Edge] {
        var edges: [Edge] = []
        for file in files {
            let from = room(file)
            for name in file.names {
                for definer in definers(of: name, in: file) {
                    let to = room(files[definer.file])
                    guard to != from else { continue }
                    edges.append(
                        Edge(from: from, to: to, file: file.path, line: name.line, name: definer.path))
                }
            }
        }
        return edges
    }

    /// The files that define a name and the types nested in it that are named with it.
    private func definers(of name: SourceFile.Name, in file: SourceFile) -> [(file: Int, path: String)] {
        guard let start = start(of: name, in: file) else { return [] }
        var found: [(file: Int, path: String)] = start.file.map { [($0, start.path)] } ?? []
        var path = start.path
        for step in name.chain.dropFirst(start.words) {
            path = path.isEmpty ? step : "\(path).\(step)"
            guard let next = visible(path, from: file, in: start.target) else { break }
            found.append((next, path))
        }
        return found
    }

    private func start(
        of name: SourceFile.Name, in file: SourceFile
    ) -> (path: String, words: Int, file: Int?, target: String?)? {
        let word = name.chain[0]
        guard !file.ownNames.contains(word) else { return nil }
        for depth in stride(from: name.enclosing.count, to: 0, by: -1) {
            let path = (name.enclosing[..<depth] + [word]).joined(separator: ".")
            if let nested = visible(path, from: file, in: nil) { return (path, 1, nested, nil) }
        }
        if let found = visible(word, from: file, in: nil) {
            let isType = word.first?.isUppercase == true
            if !isType, name.enclosing.contains(where: { hasMember(word, $0) }) { return nil }
            return (word, 1, found, nil)
        }
        return targets.contains(word) && name.chain.count > 1 ? ("", 1, nil, word) : nil
    }

    private func hasMember(_ name: String, _ type: String) -> Bool {
        files.contains { file in
            file.methods[type]?.contains(name) == true
                || file.properties.contains { $0.name == name && $0.type.last == type }
        }
    }

    /// The file that defines what a path means there: its own target's before another's.
    private func visible(_ path: String, from file: SourceFile, in target: String?) -> Int? {
        guard let places = places[path] else { return nil }
        let candidates = places.filter { place in
            let definer = files[place.file]
            if definer.path == file.path { return true }
            guard !place.isPrivate else { return false }
            if let target { return definer.target == target }
            return definer.target == file.target || file.imports.contains(definer.target)
        }
        return
            (candidates.first { files[$0.file].path == file.path }
            ?? candidates.first { files[$0.file].target == file.target } ?? candidates.first)?.file
    }

    // MARK: - Properties

    /// The stored properties of each type, by its whole name with its target's.
    package var storedProperties: [String: [SourceFile.StoredProperty]] {
        var properties: [String: [SourceFile.StoredProperty]] = [:]
        for file in files {
            for property in file.properties where !property.type.isEmpty {
                properties[([file.target] + property.type).joined(separator: "."), default: []].append(
                    property)
            }
        }
        return properties
    }

    /// Variables that other files may set although none does.
    package func needlesslyWritable(_ others: SourceTree) -> [(
        file: SourceFile, property: SourceFile.StoredProperty
    )] {
        let all = files + others.files
        let mutating = all.reduce(into: SourceFile.mutatingMethods) { $0.formUnion($1.mutatingMethods) }
        let required = all.reduce(into: Set<String>()) { $0.formUnion($1.writableRequirements) }
        var changers: [SourceFile.Change: Set<String>] = [:]
        for file in all {
            for change in file.changes(mutating: mutating) { changers[change, default: []].insert(file.path) }
        }
        return files.flatMap { file in
            file.properties.filter { property in
                guard property.isVariable, !property.hasWrapper, let type = property.type.last,
                    !required.contains(property.name), !isNarrow(property, in: file)
                else { return false }
                let known = [
                    SourceFile.Change(name: property.name, type: nil),
                    SourceFile.Change(name: property.name, type: type),
                ]
                return known.allSatisfy { (changers[$0] ?? []).isSubset(of: [file.path]) }
            }.map { (file, $0) }
        }
    }

    private func isNarrow(_ property: SourceFile.StoredProperty, in file: SourceFile) -> Bool {
        let narrow: Set = ["private", "fileprivate", "private(set)", "fileprivate(set)"]
        if !property.modifiers.isDisjoint(with: narrow) { return true }
        return file.definitions.contains { definition in
            definition.isPrivate && property.type.starts(with: definition.path)
        }
    }
}
