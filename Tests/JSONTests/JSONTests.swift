import JSON
import Testing

@Suite struct JSONTests {
    private func object(_ text: String) throws -> JSON { try JSON(parsing: text) }

    @Test func `an object keeps the order of its keys`() throws {
        let text = #"{"z":1,"a":[true,null],"m":{"":"x"}}"#
        #expect(try JSON(parsing: text).description == text)
        #expect(try JSON(parsing: text).keys == ["z", "a", "m"])
        #expect(try JSON(parsing: text).members.map(\.key) == ["z", "a", "m"])
    }

    @Test func `a value converts only to its own kind`() {
        let values: [JSON] = [.null, true, 1, 1.5, "1", [1], ["k": 1]]
        #expect(values.map(\.isNull) == [true, false, false, false, false, false, false])
        #expect(values.map(\.bool) == [nil, true, nil, nil, nil, nil, nil])
        #expect(values.map(\.integer) == [nil, nil, 1, nil, nil, nil, nil])
        #expect(values.map(\.number) == [nil, nil, 1, 1.5, nil, nil, nil])
        #expect(values.map(\.string) == [nil, nil, nil, nil, "1", nil, nil])
        #expect(values.map(\.isArray) == [false, false, false, false, false, true, false])
        #expect(values.map(\.isObject) == [false, false, false, false, false, false, true])
        #expect(values.map(\.count) == [0, 0, 0, 0, 0, 1, 1])
        #expect(values.map(\.elements) == [[], [], [], [], [], [1], []])
        #expect(values.map(\.keys) == [[], [], [], [], [], [], ["k"]])
        #expect(values.map { $0["k"] } == [nil, nil, nil, nil, nil, nil, 1])
        #expect(values.map { $0[0] } == [nil, nil, nil, nil, nil, 1, nil])
    }

    @Test func `a missing member is nil, and a null is present`() {
        let value: JSON = ["null": .null, "list": [.null]]
        #expect(value["missing"] == nil)
        #expect(value["null"]?.isNull == true)
        #expect(value["list"]?[0]?.isNull == true)
        #expect(value["list"]?[1] == nil)
        #expect(value["list"]?[-1] == nil)
    }

    @Test func `set appends a member or replaces it in place`() throws {
        var value = try object(#"{"a":1,"b":2}"#)
        value.set("c", 3)
        value.set("a", ["x"])
        #expect(value.description == #"{"a":["x"],"b":2,"c":3}"#)
    }

    @Test func `merge replaces members in place and appends the others`() throws {
        var value = try object(#"{"a":1,"b":2}"#)
        value.merge(try object(#"{"d":4,"b":null,"c":3}"#))
        #expect(value.description == #"{"a":1,"b":null,"d":4,"c":3}"#)
    }

    @Test func `remove keeps the order of the others`() throws {
        var value = try object(#"{"a":1,"b":2,"c":3}"#)
        value.remove("a")
        value.remove("missing")
        #expect(value.description == #"{"b":2,"c":3}"#)
        value.set("a", 4)
        #expect(value.keys == ["b", "c", "a"])
    }

    @Test func `removeNulls removes an object's own nulls, not nested ones`() throws {
        var value = try object(#"{"a":null,"b":{"c":null},"d":[null],"e":null,"f":0}"#)
        value.removeNulls()
        #expect(value.description == #"{"b":{"c":null},"d":[null],"f":0}"#)
    }

    @Test func `append adds an element to an array`() throws {
        var value = try JSON(parsing: "[1]")
        value.append("two")
        value.append(.null)
        #expect(value.description == #"[1,"two",null]"#)
    }

    @Test func `a change that doesn't fit the value's kind has no effect`() {
        for var value in [.null, true, 1, 1.5, "1"] as [JSON] {
            let before = value.description
            value.set("a", 1)
            value.merge(["a": 1])
            value.remove("a")
            value.removeNulls()
            value.append(1)
            #expect(value.description == before)
        }
        var array: JSON = [.null]
        array.set("a", 1)
        array.merge(["a": 1])
        array.removeNulls()
        #expect(array.description == "[null]")
        var object: JSON = ["a": 1]
        object.append(2)
        object.merge([3])
        #expect(object.description == #"{"a":1}"#)
    }

    @Test func `a value outlives its container`() throws {
        var outer: JSON? = try object(#"{"list":[{"text":"still here"}]}"#)
        let text = outer?["list"]?[0]?["text"]
        let members = outer?.members
        outer = nil
        #expect(text?.string == "still here")
        #expect(members?.first?.value[0]?["text"] == "still here")
    }

    @Test func `objects are equal in any order of their keys`() throws {
        #expect(try object(#"{"a":1,"b":[{"c":2,"d":3}]}"#) == object(#"{"b":[{"d":3,"c":2}],"a":1}"#))
        #expect(try object(#"{"a":1}"#) != object(#"{"a":1,"b":null}"#))
        #expect([1, 2] as JSON != [2, 1])
        #expect([1, 2] as JSON == [1, 2])
    }

    @Test func `values of different kinds are never equal`() {
        let values: [JSON] = [.null, false, true, 0, 1, 1.0, "", "1", [], [:]]
        for (index, value) in values.enumerated() {
            for (other, otherValue) in values.enumerated() {
                #expect((value == otherValue) == (index == other))
            }
        }
    }
}
