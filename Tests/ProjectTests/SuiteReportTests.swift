import Reactor
import TestSupport
import Testing

@Suite struct SuiteReportTests {
    private let report = SuiteReport(
        """
        ◇ Test run started.
        ◇ Test "it differs" started.
        ✘ Test "it differs" recorded an issue at X.swift:4:31: Expectation failed: ("1
        2" → "1
        2") == "3"
        ↳ a word
        ✔ Test "it is fine" with 2 test cases passed after 0.008 seconds.
        ➜ Test "it isn't here" skipped.
        ✘ Test "it differs" recorded an issue at X.swift:4:87: Expectation failed: (x → nil) != nil
        ◇ Test "it dies" started.
        X.swift:10: Fatal error: oops

        *** Program crashed ***
        """)

    @Test func `what passed, or was skipped, has no fault`() {
        #expect(report.fault(of: "it is fine") == nil)
        #expect(report.fault(of: "it isn't here") == nil)
    }

    @Test func `each issue is told with all its lines`() {
        let expected = """
            ✘ Test "it differs" recorded an issue at X.swift:4:31: Expectation failed: ("1
            2" → "1
            2") == "3"
            ↳ a word
            ✘ Test "it differs" recorded an issue at X.swift:4:87: Expectation failed: (x → nil) != nil
            """
        #expect(report.fault(of: "it differs") == expected)
    }

    @Test func `what never ended died, with what was written then`() {
        let fault = report.fault(of: "it dies") ?? ""
        #expect(fault.hasPrefix("its process died:\n"))
        #expect(fault.contains("Fatal error: oops"))
        #expect(SuiteReport("").fault(of: "it dies")?.hasPrefix("its process died") == true)
    }
}
