import Reactor

/// Values of the types in the Bot API's documentation, as JSON. They cycle through cases that are easily damaged in
/// transit.
struct MadeUpValues {
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
