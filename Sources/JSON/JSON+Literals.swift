import CJansson

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self.init(owning: json_null()) }

    public init(booleanLiteral value: Bool) { self.init(value) }

    public init(integerLiteral value: Int64) { self.init(value) }

    public init(floatLiteral value: Double) { self.init(owning: json_real(value) ?? json_null()) }

    public init(stringLiteral value: String) { self.init(value) }

    public init(arrayLiteral elements: JSON...) { self.init(elements) }

    /// Keeps the order in which the members are written.
    public init(dictionaryLiteral members: (String, JSON)...) {
        self.init(owning: json_object() ?? json_null())
        for (key, value) in members { set(key, value) }
    }

    public init(_ value: Bool) { self.init(owning: value ? json_true() : json_false()) }

    public init(_ value: some BinaryInteger) {
        self.init(owning: json_integer(Int64(truncatingIfNeeded: value)) ?? json_null())
    }

    public init(_ value: some StringProtocol) {
        let string = String(value).utf8CString.withUnsafeBufferPointer {
            json_stringn_nocheck($0.baseAddress, $0.count - 1)
        }
        self.init(owning: string ?? json_null())
    }

    public init(_ elements: [JSON]) {
        self.init(owning: json_array() ?? json_null())
        elements.forEach(append)
    }
}
