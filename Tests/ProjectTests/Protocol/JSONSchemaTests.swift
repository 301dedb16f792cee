import JSON
import TestSupport
import Testing

@Suite struct JSONSchemaTests {
    /// Whether a schema admits a value; both as JSON.
    private func admits(_ schema: String, _ value: String) throws -> Bool {
        try JSONSchema(try JSON(parsing: schema)).admits(try JSON(parsing: value))
    }

    private func trouble(_ schema: JSON) -> JSONSchema.Trouble? {
        do throws(JSONSchema.Trouble) {
            _ = try JSONSchema(schema)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a keyword that isn't known is refused, wherever it stands`() {
        #expect(trouble(["maxLength": 5]) == .unknownKeyword("maxLength", at: "#/maxLength"))
        for schema in [
            ["properties": ["a": ["maxLength": 5]]], ["allOf": [["maxLength": 5]]],
            ["not": ["maxLength": 5]], ["$defs": ["a": ["if": ["maxLength": 5]]]],
        ] as [JSON] {
            guard case .unknownKeyword("maxLength", _) = trouble(schema) else {
                Issue.record("\(schema) passed")
                continue
            }
        }
        #expect(trouble(["additionalProperties": ["type": "string"]]) != nil)
    }

    @Test func `a schema that refers to nothing, or is none, is refused`() {
        #expect(trouble(["$ref": "#/$defs/a"]) == .noSuchDefinition("#/$defs/a"))
        #expect(trouble(["not": 5]) == .notASchema("#/not"))
        #expect(trouble(["pattern": "("]) == .badPattern("#/pattern"))
        #expect(trouble(["properties": ["type": ["const": 1]], "title": "x"]) == nil)
    }

    @Test(arguments: [
        (#"{"type":"object"}"#, ["{}"], ["[]", "null", "5"]),
        (#"{"type":["string","number"]}"#, [#""x""#, "5", "1.5"], ["null", "true", "[]"]),
        (#"{"type":"integer"}"#, ["5", "-9223372036854775808", "1.0"], ["1.5", #""5""#]),
        (#"{"type":"boolean"}"#, ["true", "false"], ["null", "0"]),
        (#"{"type":"array","items":{"type":"null"}}"#, ["[]", "[null,null]"], ["[null,0]", "{}"]),
        (#"{"const":"a"}"#, [#""a""#], [#""b""#, "null"]),
        (#"{"enum":["a",1]}"#, [#""a""#, "1"], [#""1""#, "[]"]),
        (#"{"minimum":0}"#, ["0", "0.5", #""not a number""#], ["-1", "-0.5"]),
        (#"{"pattern":"^a\\.b$"}"#, [#""a.b""#, "5"], [#""aXb""#, #""a.bc""#, #""a.b\n""#, #""xa.b""#]),
        (#"{"required":["a"]}"#, [#"{"a":null}"#, "[]"], ["{}", #"{"b":1}"#]),
        (
            #"{"properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
            ["{}", #"{"a":"x"}"#], [#"{"a":1}"#, #"{"b":"x"}"#]
        ),
        (#"{"not":{"required":["a"]}}"#, ["{}"], [#"{"a":1}"#]),
        (#"{"anyOf":[{"type":"string"},{"const":5}]}"#, [#""x""#, "5"], ["6"]),
        (#"{"oneOf":[{"type":"number"},{"minimum":5}]}"#, ["4", #""x""#], ["5"]),
        (#"{"allOf":[{"type":"number"},{"minimum":5}]}"#, ["5"], ["4", #""x""#]),
        (
            #"{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}}"#,
            [#"{"a":1,"b":1}"#, #"{"c":1}"#], [#"{"a":1}"#, "{}", #"{"b":1}"#]
        ),
        (
            ##"{"$defs":{"x":{"type":"object","properties":{"x":{"$ref":"#/$defs/x"}}}},"$ref":"#/$defs/x"}"##,
            ["{}", #"{"x":{"x":{}}}"#], [#"{"x":{"x":1}}"#]
        ),
        ("true", ["1"], []), (#"{"properties":{"a":false}}"#, ["{}"], [#"{"a":1}"#]),
    ])
    func `a keyword admits what it says`(_ schema: String, _ good: [String], _ bad: [String]) throws {
        for value in good { #expect(try admits(schema, value), "\(schema) \(value)") }
        for value in bad { #expect(try !admits(schema, value), "\(schema) \(value)") }
    }

    @Test func `a fault names its place`() throws {
        let schema = try JSONSchema(["properties": ["chat": ["properties": ["id": ["type": "integer"]]]]])
        #expect(schema.faults(in: ["chat": ["id": "x"]]) == ["/chat/id: expected integer"])
    }
}
