import CJansson

/// A JSON value, held by jansson: 64-bit integers are exact, and objects keep the order of their keys.
///
/// It has value semantics with copy on write. Equality ignores the order of keys; `1` doesn't equal `1.0`.
package struct JSON {
    private(set) var node: Node

    /// Owns one reference to a jansson value. Not isolated: an isolated `deinit` checks its thread each time, and each
    /// event needs a dozen of them.
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

    /// A number written without a fraction or an exponent; nil for anything else.
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

    /// The number of an object's members or an array's elements; 0 for anything else.
    package var count: Int {
        switch kind {
        case JSON_OBJECT: json_object_size(node.value)
        case JSON_ARRAY: json_array_size(node.value)
        default: 0
        }
    }

    /// A member of an object; nil if it is missing or this isn't an object.
    ///
    /// Setting nil removes the member. A member can be changed in place: `message["chat"]?.set("id", 1)`.
    package subscript(key: String) -> JSON? {
        get { json_object_get(node.value, key).map(JSON.init(sharing:)) }
        set {
            if let newValue { set(key, newValue) } else { remove(key) }
        }
        _modify {
            var member = self[key]
            // Meanwhile a null keeps the key's position: a member that the object still holds would be copied on write.
            if member != nil { set(key, .null) }
            defer { self[key] = member }
            yield &member
        }
    }

    /// An element of an array; nil past its end or if this isn't an array.
    package subscript(index: Int) -> JSON? {
        index < 0 ? nil : json_array_get(node.value, index).map(JSON.init(sharing:))
    }

    /// An array's elements; empty for anything else.
    package var elements: [JSON] {
        isArray ? (0..<count).compactMap { self[$0] } : []
    }

    /// An object's members in order; empty for anything else.
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

// MARK: mutation

extension JSON {
    /// Adds a member to an object, or replaces it in place; does nothing to any other value.
    package mutating func set(_ key: String, _ value: JSON) {
        makeUnique()
        json_object_set(node.value, key, value.node.value)
    }

    /// Adds another object's members to an object, or replaces them in place.
    package mutating func merge(_ other: JSON) {
        makeUnique()
        json_object_update(node.value, other.node.value)
    }

    /// Removes a member from an object; does nothing if it is missing.
    package mutating func remove(_ key: String) {
        guard json_object_get(node.value, key) != nil else { return }
        makeUnique()
        json_object_del(node.value, key)
    }

    /// Appends an element to an array; does nothing to any other value.
    package mutating func append(_ value: JSON) {
        makeUnique()
        json_array_append(node.value, value.node.value)
    }

    /// Removes an object's members that are `null`.
    package mutating func removeNulls() {
        var nulls: [String] = []
        forEachMember { if json_kind($1) == JSON_NULL { nulls.append($0) } }
        for key in nulls { remove(key) }
    }

    /// Makes a shallow copy of a shared value before a change. The value is shared if another `JSON` holds the node, or
    /// if an object or array around it adds to jansson's reference count. The copy shares its members, which are copied
    /// when they change.
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
