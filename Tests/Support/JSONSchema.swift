import JSON

/// A JSON Schema (2020-12), as far as this project's own schemas use it.
///
/// - SeeAlso: https://json-schema.org/draft/2020-12/json-schema-validation
package struct JSONSchema {
    /// Why a schema can't be used.
    package enum Trouble: Error, Equatable {
        /// A keyword that isn't known here would let everything pass.
        case unknownKeyword(String, at: String)
        case notASchema(String)
        case noSuchDefinition(String)
        case badPattern(String)
    }

    private let root: JSON
    private var patterns: [String: Regex<AnyRegexOutput>] = [:]

    package init(_ root: JSON) throws(Trouble) {
        self.root = root
        try check(root, at: "#")
    }

    /// Whether a value is what a definition, such as `toChild`, describes; nil is the whole schema.
    package func admits(_ value: JSON, as definition: String? = nil) -> Bool {
        faults(in: value, as: definition).isEmpty
    }

    /// What is wrong with a value, each with its place: `/chat/id: expected integer`.
    package func faults(in value: JSON, as definition: String? = nil) -> [String] {
        let schema = definition.map { ["$ref": JSON("#/$defs/\($0)")] as JSON } ?? root
        return faults(in: value, by: schema, at: "")
    }

    // MARK: the schema itself

    private static let annotations: Set = ["$schema", "$id", "$comment", "title", "description"]
    /// Keywords with a schema, with an array of them, and with an object of them.
    private static let nested: Set = ["not", "if", "then", "else", "items"]
    private static let nestedLists: Set = ["allOf", "anyOf", "oneOf"]
    private static let nestedTables: Set = ["properties", "$defs"]
    private static let others: Set = [
        "$ref", "type", "const", "enum", "required", "pattern", "minimum", "additionalProperties",
    ]

    private mutating func check(_ schema: JSON, at place: String) throws(Trouble) {
        if schema.bool != nil { return }
        guard schema.isObject else { throw .notASchema(place) }
        for (keyword, value) in schema.members where !Self.annotations.contains(keyword) {
            let place = "\(place)/\(keyword)"
            if Self.nested.contains(keyword) {
                try check(value, at: place)
            } else if Self.nestedLists.contains(keyword) {
                for (index, inner) in value.elements.enumerated() {
                    try check(inner, at: "\(place)/\(index)")
                }
            } else if Self.nestedTables.contains(keyword) {
                for (name, inner) in value.members { try check(inner, at: "\(place)/\(name)") }
            } else if Self.others.contains(keyword) {
                try checkValue(of: keyword, value, at: place)
            } else {
                throw .unknownKeyword(keyword, at: place)
            }
        }
    }

    private mutating func checkValue(of keyword: String, _ value: JSON, at place: String) throws(Trouble) {
        switch keyword {
        case "$ref":
            guard definition(value) != nil else { throw .noSuchDefinition(value.string ?? place) }
        case "additionalProperties":
            guard value == false else { throw .unknownKeyword("additionalProperties: \(value)", at: place) }
        case "pattern":
            guard let text = value.string, let pattern = try? Regex(text) else { throw .badPattern(place) }
            patterns[text] = pattern.matchingSemantics(.unicodeScalar)
        default:
            break
        }
    }

    private func definition(_ reference: JSON) -> JSON? {
        guard let name = reference.string, name.hasPrefix("#/$defs/") else { return nil }
        return root["$defs"]?[String(name.dropFirst("#/$defs/".count))]
    }

    // MARK: values

    private func faults(in value: JSON, by schema: JSON, at place: String) -> [String] {
        if let verdict = schema.bool { return verdict ? [] : ["\(place): nothing is allowed here"] }
        var faults = ownFaults(in: value, by: schema, at: place)
        if let reference = schema["$ref"], let definition = definition(reference) {
            faults += self.faults(in: value, by: definition, at: place)
        }
        for inner in schema["allOf"]?.elements ?? [] {
            faults += self.faults(in: value, by: inner, at: place)
        }
        faults += branchFaults(in: value, by: schema, at: place)
        if let condition = schema["if"] {
            let branch = schema[self.faults(in: value, by: condition, at: place).isEmpty ? "then" : "else"]
            if let branch { faults += self.faults(in: value, by: branch, at: place) }
        }
        for (name, inner) in schema["properties"]?.members ?? [] {
            guard let member = value[name] else { continue }
            faults += self.faults(in: member, by: inner, at: "\(place)/\(name)")
        }
        if let inner = schema["items"] {
            for (index, element) in value.elements.enumerated() {
                faults += self.faults(in: element, by: inner, at: "\(place)/\(index)")
            }
        }
        return faults
    }

    private func branchFaults(in value: JSON, by schema: JSON, at place: String) -> [String] {
        var faults: [String] = []
        for keyword in ["anyOf", "oneOf"] {
            guard let branches = schema[keyword]?.elements else { continue }
            let verdicts = branches.map { self.faults(in: value, by: $0, at: place) }
            let fits = verdicts.count { $0.isEmpty }
            if fits == 0 { faults.append("\(place): fits none of \(verdicts)") }
            if fits > 1, keyword == "oneOf" {
                faults.append("\(place): fits \(fits) of what excludes each other")
            }
        }
        if let inner = schema["not"], self.faults(in: value, by: inner, at: place).isEmpty {
            faults.append("\(place): must not be \(inner)")
        }
        return faults
    }

    /// What can be said without looking into the schemas inside.
    private func ownFaults(in value: JSON, by schema: JSON, at place: String) -> [String] {
        var faults: [String] = []
        if let type = schema["type"] {
            let types = (type.string.map { [$0] } ?? type.elements.compactMap(\.string))
            if !types.contains(where: value.isOf) {
                faults.append("\(place): expected \(types.joined(separator: " or "))")
            }
        }
        if let expected = schema["const"], expected != value {
            faults.append("\(place): expected \(expected)")
        }
        if let allowed = schema["enum"]?.elements, !allowed.contains(value) {
            faults.append("\(place): expected one of \(allowed)")
        }
        if value.isObject {
            for name in schema["required"]?.elements.compactMap(\.string) ?? [] where value[name] == nil {
                faults.append("\(place): needs '\(name)'")
            }
            if schema["additionalProperties"] == false {
                for name in value.keys where schema["properties"]?[name] == nil {
                    faults.append("\(place): there must be no '\(name)'")
                }
            }
        }
        if let text = value.string, let pattern = schema["pattern"]?.string.flatMap({ patterns[$0] }),
            text.firstMatch(of: pattern) == nil
        {
            faults.append("\(place): expected \(schema["pattern"]?.description ?? "")")
        }
        if let number = value.number, let least = schema["minimum"]?.number, number < least {
            faults.append("\(place): expected at least \(least)")
        }
        return faults
    }
}

extension JSON {
    /// As JSON Schema has it: 1.0 is an integer.
    fileprivate func isOf(type: String) -> Bool {
        switch type {
        case "object": isObject
        case "array": isArray
        case "string": string != nil
        case "number": number != nil
        case "integer": integer != nil || number.map { $0 == $0.rounded() } == true
        case "boolean": bool != nil
        case "null": isNull
        default: false
        }
    }
}
