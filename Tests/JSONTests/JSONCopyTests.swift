import Testing

@testable import JSON

/// A change affects one variable only, and copies a value only if it is shared.
@Suite struct JSONCopyTests {
    private typealias Change = (inout JSON) -> Void

    private static let changes: [(name: String, change: Change)] = [
        ("set", { $0.set("a", 2) }), ("merge", { $0.merge(["b": 2]) }), ("remove", { $0.remove("a") }),
        ("removeNulls", { $0.removeNulls() }), ("subscript", { $0["a"] = 2 }),
        ("subscript, nil", { $0["a"] = nil }), ("inside", { $0["in"]?.set("b", 2) }),
        ("inside, nil", { $0["in"]?["a"] = nil }),
    ]

    private static let text = #"{"a":1,"null":null,"in":{"a":[1]}}"#

    private func address(_ value: JSON?) -> UnsafeRawPointer? { (value?.node.value).map { .init($0) } }

    // MARK: values

    @Test func `a copy doesn't change with the original`() throws {
        for (name, change) in Self.changes {
            var value = try JSON(parsing: Self.text)
            let copy = value
            change(&value)
            #expect(copy.description == Self.text, "\(name)")
            #expect(value != copy, "\(name)")
        }
        var list: JSON = [1]
        let copy = list
        list.append(2)
        #expect(copy == [1])
        #expect(list == [1, 2])
    }

    @Test func `a member's copy doesn't change with the member`() throws {
        for (name, change) in Self.changes {
            var outer: JSON = ["value": try JSON(parsing: Self.text), "list": [try JSON(parsing: Self.text)]]
            let before = outer.description
            for taken in [outer["value"], outer["list"]?[0], outer.members.first?.value] {
                var value = try #require(taken)
                change(&value)
                #expect(outer.description == before, "\(name)")
            }
            let kept = try #require(outer["value"])
            outer["value"]?.set("a", "other")
            #expect(kept.description == Self.text, "\(name)")
        }
    }

    @Test func `a value in two others can be changed in one of them`() {
        var chat: JSON = ["id": 42]
        var first: JSON = ["chat": chat]
        let second: JSON = ["chat": chat, "more": [chat]]
        first["chat"]?.set("title", "Ada")
        chat.set("id", 43)
        #expect(first == ["chat": ["id": 42, "title": "Ada"]])
        #expect(second == ["chat": ["id": 42], "more": [["id": 42]]])
        #expect(chat == ["id": 43])
    }

    @Test func `a value can be added to itself`() {
        var value: JSON = ["a": 1]
        value.set("self", value)
        value.merge(value)
        #expect(value == ["a": 1, "self": ["a": 1]])
        var list: JSON = []
        list.append(list)
        #expect(list == [[]])
    }

    // MARK: copies

    @Test func `a value with one owner is changed in place`() throws {
        for (name, change) in Self.changes {
            var value = try JSON(parsing: Self.text)
            let places = (address(value), address(value["in"]), address(value["in"]?["a"]))
            change(&value)
            #expect(address(value) == places.0, "\(name)")
            #expect(address(value["in"]) == places.1, "\(name)")
            if !name.hasSuffix("inside, nil") { #expect(address(value["in"]?["a"]) == places.2, "\(name)") }
        }
        var list: JSON = [[:]]
        let places = (address(list), address(list[0]))
        list.append(1)
        #expect((address(list), address(list[0])) == places)
    }

    @Test func `a value is copied once, and only one level deep`() throws {
        var value = try JSON(parsing: Self.text)
        let copy = value
        #expect(address(copy) == address(value))
        value.set("b", 1)
        let place = address(value)
        #expect(address(copy) != place)
        #expect(address(copy["in"]) == address(value["in"]))
        value.set("b", 2)
        value.remove("a")
        #expect(address(value) == place)
        value["in"]?.set("b", 1)
        #expect(address(copy["in"]) != address(value["in"]))
        #expect(address(copy["in"]?["a"]) == address(value["in"]?["a"]))
        #expect(copy.description == Self.text)
    }

    @Test func `a change without effect copies nothing`() {
        var value: JSON = ["a": 1]
        let copy = value
        value.remove("missing")
        value["missing"] = nil
        value.removeNulls()
        #expect(address(copy) == address(value))
    }

    // MARK: the subscript

    @Test func `a member can be set, removed and changed in place`() {
        var value: JSON = ["a": 1, "b": ["x": 1, "y": 2], "c": 3]
        value["b"]?["x"] = "two"
        value["b"]?.remove("y")
        value["missing"]?.set("x", 1)
        value["a"]?.set("x", 1)
        #expect(value.description == #"{"a":1,"b":{"x":"two"},"c":3}"#)
        value["a"] = nil
        value["c"] = [1]
        value["d"] = .null
        #expect(value.description == #"{"b":{"x":"two"},"c":[1],"d":null}"#)
        var list: JSON = [1]
        list["a"] = 1
        list["a"]?.set("x", 1)
        #expect(list == [1])
    }

    @Test func `a change that fails halfway keeps the member`() {
        struct Failure: Error {}
        func change(_ value: inout JSON?) throws {
            value?.set("x", 1)
            throw Failure()
        }
        var value: JSON = ["a": [:], "b": 2]
        #expect(throws: Failure.self) { try change(&value["a"]) }
        #expect(value.description == #"{"a":{"x":1},"b":2}"#)
    }

    // MARK: null

    @Test func `null is a value, and nil means missing`() throws {
        var value: JSON = ["null": .null]
        #expect(JSON.null.isNull)
        #expect(JSON.null == (try JSON(parsing: "null")))
        #expect(value["null"] == .null)
        #expect(value["null"] != nil)
        #expect(value["missing"] == nil)
        #expect(value["missing"] != .null)
        var null = JSON.null
        null.set("a", 1)
        null.append(1)
        #expect(null.isNull)
        #expect(JSON.null.description == "null")
        value["null"] = nil
        #expect(value == [:])
    }
}
