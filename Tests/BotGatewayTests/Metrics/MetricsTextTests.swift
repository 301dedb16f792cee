import Reactor
import TestSupport
import Testing

@testable import BotGateway

@Suite struct MetricsTextTests {
    private func page(_ format: MetricsText.Format, _ write: (inout MetricsText) -> Void) -> String {
        var text = MetricsText(format)
        write(&text)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    @Test func `a counter's family has the suffix in Prometheus' format, not in OpenMetrics`() {
        let write = { (text: inout MetricsText) in text.counter("a", "Help.", 3) }
        #expect(
            page(.prometheus, write) == "# HELP a_total Help.\n# TYPE a_total counter\na_total 3\n")
        #expect(page(.openMetrics, write) == "# HELP a Help.\n# TYPE a counter\na_total 3\n# EOF\n")
    }

    @Test func `labels are sorted and escaped`() {
        var tally = Tally()
        for name in ["b", "a\\\"\n", "b"] { tally.add(name) }
        let text = page(.prometheus) { $0.counter("c", "Help.", by: "kind", tally) }
        #expect(text.hasSuffix("c_total{kind=\"a\\\\\\\"\\n\"} 1\nc_total{kind=\"b\"} 2\n"))
    }

    @Test func `a histogram's buckets add up`() {
        var histogram = Histogram()
        for time in [0, 1, 3, 700, 10_000_000] { histogram.observe(.milliseconds(time)) }
        let lines = page(.openMetrics) { $0.histogram("h_seconds", "Help.", histogram) }
            .split(separator: "\n").map(String.init)
        #expect(
            [
                #"h_seconds_bucket{le="0.001"} 2"#, #"h_seconds_bucket{le="0.002"} 2"#,
                #"h_seconds_bucket{le="0.005"} 3"#, #"h_seconds_bucket{le="0.5"} 3"#,
                #"h_seconds_bucket{le="1.0"} 4"#, #"h_seconds_bucket{le="3600.0"} 4"#,
                #"h_seconds_bucket{le="+Inf"} 5"#, "h_seconds_sum 10000.704", "h_seconds_count 5",
            ].allSatisfy(lines.contains), "\(lines)")
    }

    @Test(arguments: [nil, "text/plain", "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.3"])
    func `who knows OpenMetrics gets it`(_ accept: String?) {
        let format = MetricsText.Format(accept: accept)
        #expect((format == .openMetrics) == (accept?.contains("openmetrics") == true))
        #expect(format.contentType.hasSuffix("charset=utf-8"))
    }

    @Test func `names that a child makes up don't fill the memory`() {
        var tally = Tally()
        for number in 1...10_000 { tally.add("method\(number)") }
        tally.add("method1")
        tally.add(String(repeating: "x", count: 1 << 20))
        #expect(tally.counts.count == 301)
        #expect(tally.counts["method1"] == 2)
        #expect(tally.counts[Tally.others] == 9701)
    }
}
