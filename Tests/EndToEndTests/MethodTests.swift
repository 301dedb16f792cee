import JSON
import TestSupport
import Testing

/// Every method of the Bot API, from a child to the server.
@Suite struct MethodTests {
    private let test: GatewayTest
    private let server: RecordingServer
    private let methods: [MethodFacts]

    init() throws {
        test = try TestRig().gateway()
        server = try test.rig.recordingServer()
        methods = try MethodFacts.all()
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

    @Test func `there are 185 methods`() {
        #expect(methods.count == 185)
        #expect(Set(methods.map(\.name)).count == 185)
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
            lines.append(parameters == "{}" ? line + "}" : "\(line),\(parameters.dropFirst())")
            expected.append((method.name, try JSON(parsing: parameters)))
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
        #expect(try results.map { try JSON(parsing: String($0))["id"]?.integer } == (0..<185).map { $0 })
    }

    private var results: [Substring] { test.files.read("read")?.split(separator: "\n") ?? [] }

    @Test func `a scope's parameters are added to the methods that accept them, and to no others`() throws {
        let inline = methods.filter { $0.has("inline_message_id") }
        let lines =
            methods.map { #"{"type":"\#($0.type)"}"# }
            + inline.map { #"{"type":"\#($0.type)","inline_message_id":"i"}"# }
        let names = (methods + inline).map(\.name)

        /// - Parameter others: the expected parameters of a call with an inline message.
        func expect(_ defaults: (MethodFacts) -> JSON, others: (MethodFacts) -> JSON) {
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

        try run(lines)
        expect({ $0.defaults(inChat: 42) }, others: { _ in ["inline_message_id": "i"] })

        server.give(
            """
            {"update_id":2,"message":{"message_id":1,"message_thread_id":3,"is_topic_message":true,
            "chat":{"id":-100,"type":"supergroup","is_forum":true}}}
            """)
        #expect(test.wait { server.calls.count == 2 * lines.count })
        expect(
            { $0.defaults(inTopic: 3, ofChat: -100) }, others: { _ in ["inline_message_id": "i"] })

        server.give(
            #"{"update_id":3,"business_message":{"business_connection_id":"bc1","chat":{"id":44,"type":"private"}}}"#
        )
        #expect(test.wait { server.calls.count == 3 * lines.count })
        expect(
            { $0.defaults(inBusiness: "bc1", chat: 44) },
            others: {
                $0.has("business_connection_id")
                    ? ["inline_message_id": "i", "business_connection_id": "bc1"] : ["inline_message_id": "i"]
            })
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
