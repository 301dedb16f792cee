import JSON
import Testing

@Suite struct JSONLiteralsTests {
    @Test func `a literal is written as in JSON`() {
        let value: JSON = [
            "null": .null, "yes": true, "no": false, "count": -3, "real": 0.5, "text": "ä\n",
            "list": [1, "two", [:], []], "": "empty",
        ]
        #expect(
            value.description
                == #"{"null":null,"yes":true,"no":false,"count":-3,"real":0.5,"text":"ä\n","#
                + #""list":[1,"two",{},[]],"":"empty"}"#)
    }

    @Test func `an object literal keeps the order of its keys, and the last value of a duplicate key`() {
        let value: JSON = ["z": 1, "a": 2, "z": 3]
        #expect(value.description == #"{"z":3,"a":2}"#)
    }

    @Test func `integers of any width are accepted`() {
        #expect(JSON(Int64.min).integer == .min)
        #expect(JSON(Int64.max).integer == .max)
        #expect(JSON(UInt8.max).integer == 255)
        #expect(JSON(Int32.min).description == "-2147483648")
    }

    @Test func `strings and substrings are accepted`() {
        #expect(JSON("a\u{0}b").string == "a\u{0}b")
        #expect(JSON("hello".dropFirst(2)).string == "llo")
        #expect(JSON("").string == "")
        #expect(JSON(String(repeating: "🐈", count: 20_000)).string?.count == 20_000)
    }

    @Test func `a bool variable and an array of values are accepted`() {
        let flag = true
        #expect(JSON(flag).description == "true")
        #expect(JSON([1, .null, "x"] as [JSON]).description == #"[1,null,"x"]"#)
    }

    @Test func `a number without a JSON form becomes null`() {
        #expect(JSON(floatLiteral: .nan).isNull)
        #expect(JSON(floatLiteral: .infinity).isNull)
    }
}
