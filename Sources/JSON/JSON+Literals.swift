import CJansson

extension JSON: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// The value `null`. It has no literal: `nil` means the absence of a value, as for a missing member.
    package static let null = JSON(owning: json_null())

    package init(booleanLiteral value: Bool) { self.init(value) }

    package init(integerLiteral value: Int64) { self.init(value) }

    package init(floatLiteral value: Double) { self.init(owning: json_real(value) ?? json_null()) }

    package init(stringLiteral value: String) { self.init(value) }

    package init(arrayLiteral elements: JSON...) { self.init(elements) }

    /// Keeps the members' order.
    package init(dictionaryLiteral members: (String, JSON)...) {
        self.init(owning: json_object() ?? json_null())
        for (key, value) in members { json_object_set(node.value, key, value.node.value) }
    }

    package init(_ value: Bool) { self.init(owning: value ? json_true() : json_false()) }

    package init(_ value: some BinaryInteger) {
        self.init(owning: json_integer(Int64(truncatingIfNeeded: value)) ?? json_null())
    }

    package init(_ value: some StringProtocol) {
        let string = String(value).utf8CString.withUnsafeBufferPointer {
            json_stringn_nocheck($0.baseAddress, $0.count - 1)
        }
        self.init(owning: string ?? json_null())
    }

    package init(_ elements: [JSON]) {
        self.init(owning: json_array() ?? json_null())
        for element in elements { json_array_append(node.value, element.node.value) }
    }
}
