import CJansson

/// One JSON value, as jansson holds it: integers exact to 64 bits, an object's keys in their order.
///
/// A value, copied on write: a change is seen only through the variable that is changed. Equality compares
/// values; the order of keys doesn't matter, `1` isn't `1.0`.
package struct JSON {
    private(set) var node: Node

    /// Owns one reference of a jansson value. Not isolated: an isolated `deinit` asks every time which
    /// thread it is on, and there are a dozen for each event.
    nonisolated final class Node {
        let value: UnsafeMutablePointer<json_t>

        init(owning value: UnsafeMutablePointer<json_t>) { self.value = value }

        deinit { json_decref(value) }
    }

    init(owning value: UnsafeMutablePointer<json_t>) { node = Node(owning: value) }

    init(sharing value: UnsafeMutablePointer<json_t>) { node = Node(owning: json_incref(value)) }

    private var kind: json_type { json_kind(node.value) }

    package var isObject: Bool { kind == JSON_OBJECT }
    package var isArray: Bool { kind == JSON_ARRAY }
    package var isNull: Bool { kind == JSON_NULL }

    /// The text of a string; nil for anything else.
    package var string: String? {
        guard kind == JSON_STRING, let bytes = json_string_value(node.value) else { return nil }
        let length = json_string_length(node.value)
        return bytes.withMemoryRebound(to: UInt8.self, capacity: length) {
            String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
        }
    }

    /// A number that was written without a fraction or an exponent; nil for anything else.
    package var integer: Int64? {
        kind == JSON_INTEGER ? json_integer_value(node.value) : nil
    }

    /// Any number, an integer rounded to the nearest double; nil for anything else.
    package var number: Double? {
        kind == JSON_REAL || kind == JSON_INTEGER ? json_number_value(node.value) : nil
    }

    package var bool: Bool? {
        switch kind {
        case JSON_TRUE: true
        case JSON_FALSE: false
        default: nil
        }
    }

    /// How many members an object, or elements an array has; 0 for anything else.
    package var count: Int {
        switch kind {
        case JSON_OBJECT: json_object_size(node.value)
        case JSON_ARRAY: json_array_size(node.value)
        default: 0
        }
    }

    /// An object's member; nil where there is none, and for anything but an object.
    ///
    /// To set nil removes the member. A member can be changed where it is: `message["chat"]?.set("id", 1)`.
    package subscript(key: String) -> JSON? {
        get { json_object_get(node.value, key).map(JSON.init(sharing:)) }
        set {
            if let newValue { set(key, newValue) } else { remove(key) }
        }
        _modify {
            var member = self[key]
            // A null keeps the key's place meanwhile: a member that the object holds too would be copied.
            if member != nil { set(key, .null) }
            defer { self[key] = member }
            yield &member
        }
    }

    /// An array's element; nil past its end, and for anything but an array.
    package subscript(index: Int) -> JSON? {
        index < 0 ? nil : json_array_get(node.value, index).map(JSON.init(sharing:))
    }

    /// An array's elements; none for anything else.
    package var elements: [JSON] {
        isArray ? (0..<count).compactMap { self[$0] } : []
    }

    /// An object's members in their order; none for anything else.
    package var members: [(key: String, value: JSON)] {
        var members: [(key: String, value: JSON)] = []
        forEachMember { members.append(($0, JSON(sharing: $1))) }
        return members
    }

    package var keys: [String] {
        var keys: [String] = []
        forEachMember { key, _ in keys.append(key) }
        return keys
    }

    private func forEachMember(_ body: (String, UnsafeMutablePointer<json_t>) -> Void) {
        var iterator = json_object_iter(node.value)
        while let member = iterator {
            if let key = json_object_iter_key(member), let value = json_object_iter_value(member) {
                body(String(cString: key), value)
            }
            iterator = json_object_iter_next(node.value, member)
        }
    }
}

// MARK: changing

extension JSON {
    /// Adds a member to an object or replaces it in its place; does nothing to anything else.
    package mutating func set(_ key: String, _ value: JSON) {
        makeUnique()
        json_object_set(node.value, key, value.node.value)
    }

    /// Adds another object's members to an object, or replaces them in their place.
    package mutating func merge(_ other: JSON) {
        makeUnique()
        json_object_update(node.value, other.node.value)
    }

    /// Takes a member out of an object; does nothing where there is none.
    package mutating func remove(_ key: String) {
        guard json_object_get(node.value, key) != nil else { return }
        makeUnique()
        json_object_del(node.value, key)
    }

    /// Adds an element to an array; does nothing to anything else.
    package mutating func append(_ value: JSON) {
        makeUnique()
        json_array_append(node.value, value.node.value)
    }

    /// Takes an object's members that are `null` out of it.
    package mutating func removeNulls() {
        var nulls: [String] = []
        forEachMember { if json_kind($1) == JSON_NULL { nulls.append($0) } }
        for key in nulls { remove(key) }
    }

    /// Copies a shared value, one level deep, before a change. Another `JSON` shares the node; an object or array
    /// around the value shows in jansson's count. The members are shared from then on, and copied when they change.
    private mutating func makeUnique() {
        guard !isKnownUniquelyReferenced(&node) || node.value.pointee.refcount > 1 else { return }
        node = Node(owning: json_copy(node.value) ?? json_null())
    }
}

extension JSON: Equatable {
    package static func == (left: JSON, right: JSON) -> Bool {
        json_equal(left.node.value, right.node.value) == 1
    }
}
