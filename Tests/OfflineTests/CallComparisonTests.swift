import JSON
import Reactor
import Testing

@testable import Offline

@Suite struct CallComparisonTests {
    private func compare(_ expected: String, _ actual: String) -> CallComparison {
        CallComparison(expected: Array(expected.utf8), actual: Array(actual.utf8))
    }

    private func difference(_ expected: String, _ actual: String, context: Int = 3) -> String {
        compare(expected, actual).difference(context: context)
    }

    /// One call per line: `{"n":1}` and so on.
    private func calls(_ numbers: some Sequence<Int>) -> String {
        numbers.map { #"{"n":\#($0)}"# + "\n" }.joined()
    }

    @Test func `calls are compared as JSON: the order of keys and white space don't matter`() {
        let comparison = compare(
            #"{"a":1,"b":{"c":[1,2],"d":"п"}}"#, #"{ "b" : {"d":"\u043f","c":[1, 2]}, "a":1 }"#)
        #expect(comparison.isEqual)
        #expect(comparison.difference() == "")
    }

    @Test func `values, their types and the order of elements and of calls matter`() {
        #expect(!compare(#"{"a":1}"#, #"{"a":2}"#).isEqual)
        #expect(!compare(#"{"a":1}"#, #"{"a":1.0}"#).isEqual)
        #expect(!compare(#"{"a":1}"#, #"{"a":"1"}"#).isEqual)
        #expect(!compare(#"{"a":null}"#, "{}").isEqual)
        #expect(!compare("[1,2]", "[2,1]").isEqual)
        #expect(!compare(calls([1, 2]), calls([2, 1])).isEqual)
    }

    @Test func `empty files are equal, and blank lines and the last newline don't count`() {
        #expect(compare("", "").isEqual)
        #expect(compare("", "\n\n").isEqual)
        #expect(compare("", "").difference() == "")
        #expect(compare("{}\n\n{}\n", "{}\n{}").isEqual)
        #expect(!compare("{}", "").isEqual)
    }

    @Test func `lines may end in CRLF`() {
        #expect(compare("{\"a\":1}\r\n\r\n{\"b\":2}\r\n", "{\"a\":1}\n{\"b\":2}\n").isEqual)
        #expect(
            difference("{\"a\":1}\r\n{\"b\":2}\r\n", "{\"a\":1}\n")
                == "@@ line 1 @@\n {\"a\":1}\n-{\"b\":2}\n")
    }

    @Test func `invalid JSON is compared as text`() {
        #expect(compare("oops\n", "oops\n").isEqual)
        #expect(difference("oops\n", "oops!\n") == "@@ line 1 @@\n-oops\n+oops!\n")
    }

    @Test func `a changed call is shown in its expected and actual form`() {
        #expect(
            difference(calls([1, 2, 3]), calls([1, 9, 3])) == """
                @@ line 1 @@
                 {"n":1}
                -{"n":2}
                +{"n":9}
                 {"n":3}

                """)
    }

    @Test func `added and removed calls are marked in place`() {
        #expect(difference(calls([1, 2]), calls([0, 1, 2]), context: 0) == "@@ line 1 @@\n+{\"n\":0}\n")
        #expect(difference(calls([1, 2]), calls([1, 2, 3]), context: 0) == "@@ line 3 @@\n+{\"n\":3}\n")
        #expect(difference(calls([1, 2, 3]), calls([2, 3]), context: 0) == "@@ line 1 @@\n-{\"n\":1}\n")
        #expect(difference(calls([1, 2, 3]), calls([1, 2]), context: 0) == "@@ line 3 @@\n-{\"n\":3}\n")
        #expect(difference("", calls([1, 2])) == "@@ line 1 @@\n+{\"n\":1}\n+{\"n\":2}\n")
        #expect(difference(calls([1, 2]), "") == "@@ line 1 @@\n-{\"n\":1}\n-{\"n\":2}\n")
    }

    @Test func `lines near a difference are shown, and distant ones are not`() {
        #expect(
            difference(calls(1...20), calls((1...20).filter { $0 != 10 }), context: 2) == """
                @@ line 8 @@
                 {"n":8}
                 {"n":9}
                -{"n":10}
                 {"n":11}
                 {"n":12}

                """)
        let twice = difference(calls(1...20), calls((1...20).filter { $0 != 3 && $0 != 18 }), context: 1)
        #expect(
            twice.split(separator: "\n").filter { $0.hasPrefix("@@") } == ["@@ line 2 @@", "@@ line 17 @@"])
    }

    @Test func `equal calls are shown in their expected form`() {
        let difference = difference(#"{"a":1,"b":2}"# + "\n{\"x\":1}", #"{"b":2,"a":1}"# + "\n{\"x\":2}")
        #expect(difference.contains(#" {"a":1,"b":2}"#))
    }

    @Test func `only the difference between long texts is shown`() {
        let expected = calls(1...3000)
        let without = difference(expected, calls((1...3000).filter { $0 != 5 }), context: 0)
        #expect(without == "@@ line 5 @@\n-{\"n\":5}\n")
        let with = difference(expected, calls([0]) + expected, context: 0)
        #expect(with == "@@ line 1 @@\n+{\"n\":0}\n")
    }

    @Test func `long texts without common lines are compared quickly`() {
        let start = Instant.current
        let comparison = compare(calls(1...3000), calls(5001...8000))
        #expect(!comparison.isEqual)
        let lines = comparison.difference().split(separator: "\n")
        #expect(lines.contains { $0 == #"-{"n":1}"# })
        #expect(lines.contains { $0 == #"+{"n":5001}"# })
        #expect(Instant.current - start < .seconds(20))
    }
}
