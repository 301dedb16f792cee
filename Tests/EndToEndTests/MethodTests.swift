import JSON
import Reactor
import TestSupport
import Testing

/// Every method of the Bot API, from a child to the server.
@Suite struct MethodTests {
    private let test: GatewayTest
    private let server: RecordingServer
    private let methods: [BotAPIMethod]

    init() throws {
        test = try TestRig().gateway()
        server = try test.rig.recordingServer()
        methods = try BotAPIMethod.all()
    }

    /// Starts a gateway with children that print these lines after their first event, then record what they read.
    private func run(_ lines: [String]) throws {
        test.files.write("lines", lines.map { $0 + "\n" }.joined())
        let bot = test.files.write(
            "bot",
            """
            #!/bin/sh
            read -r scope; read -r event
            cat "$TRANSCRIPTS/lines"
            cat >"$TRANSCRIPTS/read"; exit 0
            """)
        try test.run(
            ["--no-state", "--scope", "topic", "--", bot], environment: ["TELEGRAM_API_URL": server.url])
        server.give(#"{"update_id":1,"message":{"message_id":1,"chat":{"id":42,"type":"private"}}}"#)
        #expect(test.wait { server.calls.count >= lines.count })
    }

    /// The parameters as a JSON object.
    private func text(_ parameters: [(name: String, value: String)]) -> String {
        "{" + parameters.map { #""\#($0.name)":\#($0.value)"# }.joined(separator: ",") + "}"
    }

    @Test func `there are 192 methods`() {
        #expect(methods.count == 192)
        #expect(Set(methods.map(\.name)).count == 192)
    }

    @Test func `every method arrives with exactly the given parameters`() throws {
        var values = MadeUpValues()
        var lines: [String] = []
        var expected: [(method: String, parameters: JSON)] = []
        for (index, method) in methods.enumerated() {
            let parameters = text(method.parameters.map { ($0.name, values.value(of: $0.types)) })
            let line = #"{"type":"\#(method.type)""#
            lines.append(#"\#(line),"params":\#(parameters),"id":\#(index)}"#)
            expected.append((method.name, try JSON(parsing: parameters)))
            if ["type", "id", "params"].contains(where: method.has) { continue }
            // Other values: of two edits of the same message, only the second would be sent.
            let others = text(method.parameters.map { ($0.name, values.value(of: $0.types)) })
            lines.append(others == "{}" ? line + "}" : "\(line),\(others.dropFirst())")
            expected.append((method.name, try JSON(parsing: others)))
        }
        try run(lines)
        #expect(server.calls.map(\.method) == expected.map(\.method))
        for (call, expected) in zip(server.calls, expected) {
            #expect(call.parameters.keys == expected.parameters.keys, "\(expected.method)")
            for (name, value) in expected.parameters.members {
                // The descriptions are normalized: the same order in nested objects, the same form of doubles.
                #expect(
                    call.parameters[name]?.description == value.description, "\(expected.method): \(name)")
            }
        }
        #expect(test.wait { results.count == methods.count })
        #expect(try results.map { try JSON(parsing: String($0))["id"]?.integer } == (0..<192).map { $0 })
    }

    private var results: [Substring] { test.files.read("read")?.split(separator: "\n") ?? [] }

    @Test func `a scope's parameters are added to the methods that accept them, and to no others`() throws {
        let inline = methods.filter { $0.has("inline_message_id") }
        let lines =
            methods.map { #"{"type":"\#($0.type)"}"# }
            + inline.map { #"{"type":"\#($0.type)","inline_message_id":"i"}"# }
        let names = (methods + inline).map(\.name)

        /// - Parameter others: the expected parameters of a call with an inline message.
        func expect(_ defaults: (BotAPIMethod) -> JSON, others: (BotAPIMethod) -> JSON) {
            let calls = server.calls.suffix(lines.count)
            #expect(calls.map(\.method) == names)
            let expected = methods.map(defaults) + inline.map(others)
            for (call, expected) in zip(calls, expected) {
                #expect(call.parameters == expected, "\(call.method)")
                // In these methods, the chat has a meaning other than the target.
                let free = ["setChatMenuButton", "getChatMenuButton", "createInvoiceLink", "sendGift"]
                if free.contains(call.method) { #expect(call.parameters == [:], "\(call.method)") }
            }
        }

        let onlyInline: JSON = ["inline_message_id": "i"]
        try run(lines)
        expect({ $0.defaults(inChat: 42) }, others: { _ in onlyInline })

        let given = [
            #""message":{"message_id":1,"message_thread_id":3,"is_topic_message":true,"chat":{"id":-100}}"#,
            #""message":{"message_id":1,"direct_messages_topic":{"topic_id":4201},"chat":{"id":-101}}"#,
            #""business_message":{"business_connection_id":"bc1","chat":{"id":44,"type":"private"}}"#,
        ]
        let defaults: [(BotAPIMethod) -> JSON] = [
            { $0.defaults(inTopic: 3, ofChat: -100) },
            { $0.defaults(inDirectMessages: 4201, ofChat: -101) },
            { $0.defaults(inBusiness: "bc1", chat: 44) },
        ]
        for (index, update) in given.enumerated() {
            server.give(#"{"update_id":\#(index + 2),\#(update)}"#)
            #expect(test.wait { server.calls.count == (index + 2) * lines.count })
            expect(defaults[index]) { method in
                guard index == 2, method.has("business_connection_id") else { return onlyInline }
                return ["inline_message_id": "i", "business_connection_id": "bc1"]
            }
        }
    }

    @Test func `every file parameter is uploaded, nested ones too`() throws {
        var forms: [Form] = []
        var values = MadeUpValues()
        for method in methods where !method.fileParameters.isEmpty {
            var form = Form(method, in: test.files)
            for parameter in method.parameters where !method.carriesFile(parameter.name) {
                form.parameters.set(parameter.name, try JSON(parsing: values.value(of: parameter.types)))
            }
            forms.append(form)
        }
        #expect(forms.count == 33)
        try run(forms.map { #"{"type":"\#($0.method.type)","params":\#($0.parameters)}"# })
        for (form, call) in zip(forms, server.calls) {
            #expect(call.method == form.method.name)
            #expect(form.faults(in: call.parts) == [], "\(form.method.name)")
        }
    }
}

/// A call with a local file in every place that accepts one, and a check of what arrives.
private struct Form {
    let method: BotAPIMethod
    var parameters: JSON = [:]
    /// The contents of the files, by URL.
    private var contents: [String: String] = [:]

    init(_ method: BotAPIMethod, in files: TemporaryDirectory) {
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
            faults.append("\(part.name) is unexpected")
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

/// Values of the types in the Bot API's documentation, as JSON. They cycle through cases that are easily damaged in
/// transit.
private struct MadeUpValues {
    private var count = 0

    private static let integers = [
        "9007199254740992", "-1001234567890123", "0", "1", "-1", "2147483648", "9223372036854775807",
        "-9223372036854775808",
    ]
    private static let reals = [
        "52.370216", "-0.1", "1e-7", "1.7976931348623157e308", "2.0", "13.404954", "-0.0",
    ]
    private static let strings = [
        #""plain""#, #""\"quoted\" \\ backslash / \/ slash""#, #""two\nlines\r\n\tand a tab""#,
        #""привет 👩‍👩‍👧 🇩🇪""#,
        "\"U+2028 \u{2028} U+0085 \u{85}\"", #""escaped \ud83d\ude00 \u043f \u0000\u001f""#, #""""#,
        #""null""#,
        #""-5""#, #""true""#, #""{\"json\":\"in a string\"}""#, #""file:///no/such/file""#, #"" blanks ""#,
        #""<b>&amp;</b> 100%25 +x=y""#,
    ]
    private static let objects = [
        #"{}"#, #"{"text":"a \"b\" \\","z":1,"a":{"z":null,"":[]},"chat_id":-5}"#,
        #"{"n":[9223372036854775807,-1.5,true,false,null,"\u2028"],"type":"x","id":7,"deep":[[[[{"x":[]}]]]]}"#,
        #"{"emoji":"👋","ключ":"значение","nothing":null}"#,
    ]

    private mutating func next(of values: [String]) -> String {
        count += 1
        return values[count % values.count]
    }

    /// - Parameter types: in the documentation's spelling: `Integer`, `Array of String`, `ReplyParameters`.
    mutating func value(of types: [String]) -> String {
        let type = next(of: types)
        switch type {
        case "Integer": return next(of: Self.integers)
        case "Float": return next(of: Self.reals)
        case "Boolean": return next(of: ["true", "false"])
        case "String": return next(of: Self.strings)
        case "InputFile": return #""AgACAgIAAx0-_""#
        case _ where type.hasPrefix("Array of "):
            let element = [String(type.dropFirst("Array of ".count))]
            let elements = (0..<count % 4).map { _ in value(of: element) }
            return "[\(elements.joined(separator: ","))]"
        default: return next(of: Self.objects)
        }
    }
}
