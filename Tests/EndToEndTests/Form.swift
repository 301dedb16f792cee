import JSON
import Reactor
import TestSupport

/// A call with a local file in every place that accepts one, and a check of what arrives.
struct Form {
    let method: MethodFacts
    var parameters: JSON = [:]
    /// The contents of the files, by URL.
    private var contents: [String: String] = [:]

    init(_ method: MethodFacts, in files: TemporaryDirectory) {
        self.method = method
        for (parameter, paths) in method.fileParameters {
            if paths.isEmpty { parameters.set(parameter, file(in: parameter, files)) }
            for path in paths.flatMap(Self.withInnerBlocks) {
                Self.put(file(in: path, files), at: path.split(separator: ".")[...], of: &parameters)
            }
        }
    }

    /// A rich message's blocks can contain other blocks, in two ways.
    private static func withInnerBlocks(_ path: String) -> [String] {
        guard let block = path.firstRange(of: "blocks[].") else { return [path] }
        let (start, end) = (path[..<block.lowerBound], path[block.upperBound...])
        return [path, "\(start)blocks[].blocks[].\(end)", "\(start)blocks[].items[].blocks[].\(end)"]
    }

    private mutating func file(in path: String, _ files: TemporaryDirectory) -> JSON {
        let content = "\(method.name) \(path)"
        let url = "file://" + files.write("\(method.name) ü \(contents.count).bin", content)
        contents[url] = content
        return JSON(url)
    }

    /// Sets the value at a path such as `media[].thumbnail`. Each call appends its own element to an array.
    private static func put(_ value: JSON, at path: ArraySlice<Substring>, of object: inout JSON) {
        guard let step = path.first else { return }
        let name = String(step.hasSuffix("[]") ? step.dropLast(2) : step)
        if path.count == 1 { return object.set(name, value) }
        var inner = object[name] ?? (step.hasSuffix("[]") ? [] : [:])
        if inner.isArray {
            var element: JSON = ["type": "made up"]
            put(value, at: path.dropFirst(), of: &element)
            inner.append(element)
        } else {
            put(value, at: path.dropFirst(), of: &inner)
        }
        object.set(name, inner)
    }

    /// The differences between what was sent and what arrived.
    func faults(in parts: [ReceivedPart]) -> [String] {
        var arrived: [String: ReceivedPart] = [:]
        for part in parts { arrived[part.name] = part }
        var faults = arrived.count == parts.count ? [] : ["two parts have the same name"]
        if parts.count(where: { $0.fileName != nil }) != contents.count {
            faults.append("\(contents.count) files were named, \(parts.map(\.name)) came")
        }
        for (name, value) in parameters.members {
            guard let part = arrived[name] else {
                faults.append("\(name) is missing")
                continue
            }
            let text = String(decoding: part.bytes, as: UTF8.self)
            if contents[value.string ?? ""] != nil {
                faults += self.faults(of: part, value, name)
            } else if part.fileName != nil || !isSame(value, text, arrived, &faults, name) {
                faults.append("\(name): \(value) arrived as \(text)")
            }
        }
        let names = Set(parameters.keys)
        for part in parts where part.fileName == nil && !names.contains(part.name) {
            faults.append("nobody said \(part.name)")
        }
        return faults
    }

    private func isSame(
        _ value: JSON, _ text: String, _ parts: [String: ReceivedPart], _ faults: inout [String],
        _ place: String
    ) -> Bool {
        if let string = value.string { return string == text }
        guard let arrived = try? JSON(parsing: text) else { return false }
        faults += nestedFaults(value, arrived, parts, place)
        return true
    }

    private func nestedFaults(
        _ value: JSON, _ arrived: JSON, _ parts: [String: ReceivedPart], _ place: String
    ) -> [String] {
        if contents[value.string ?? ""] != nil {
            guard let link = arrived.string, link.hasPrefix("attach://"),
                let part = parts[String(link.dropFirst("attach://".count))]
            else { return ["\(place): \(arrived) leads nowhere"] }
            return faults(of: part, value, place)
        }
        if value.isArray, arrived.count == value.count {
            return zip(value.elements, arrived.elements).enumerated()
                .flatMap { nestedFaults($1.0, $1.1, parts, "\(place)[\($0)]") }
        }
        if value.isObject, value.keys == arrived.keys {
            return zip(value.members, arrived.members)
                .flatMap { nestedFaults($0.value, $1.value, parts, "\(place).\($0.key)") }
        }
        return value == arrived ? [] : ["\(place): \(value) arrived as \(arrived)"]
    }

    private func faults(of part: ReceivedPart, _ value: JSON, _ place: String) -> [String] {
        let url = value.string ?? ""
        let content = String(decoding: part.bytes, as: UTF8.self)
        let name = url.baseName
        return part.fileName == name && content == contents[url]
            ? [] : ["\(place): \(url) arrived as \(part.fileName ?? "a text"): \(content)"]
    }
}
