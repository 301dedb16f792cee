import Reactor

/// Writes metrics as a page for Prometheus.
///
/// - SeeAlso: https://prometheus.io/docs/instrumenting/exposition_formats/
/// - SeeAlso: https://prometheus.io/docs/specs/om/open_metrics_spec/
package struct MetricsText {
    package enum Format {
        /// Prometheus' own format, version 0.0.4.
        case prometheus
        /// OpenMetrics 1.0.0.
        case openMetrics

        /// - Parameter accept: a request's Accept header, whose order and weights don't matter: who knows OpenMetrics
        ///   prefers it.
        package init(accept: String?) {
            self = accept?.contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
        }

        package var contentType: String {
            switch self {
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }

    /// A sample's labels, in order.
    package typealias Labels = KeyValuePairs<String, String>

    private let format: Format
    private var text = ""

    package init(_ format: Format) { self.format = format }

    /// The finished page.
    package var bytes: [UInt8] { Array((text + (format == .openMetrics ? "# EOF\n" : "")).utf8) }

    /// - Parameter name: without `_total`, which is added.
    package mutating func counter(_ name: String, _ help: String, _ value: some MetricValue) {
        beginCounter(name, help)
        sample("\(name)_total", [:], value)
    }

    /// A counter with a sample for each name, sorted.
    package mutating func counter(_ name: String, _ help: String, by label: String, _ tally: Tally) {
        beginCounter(name, help)
        for (key, count) in tally.counts.sorted(by: { $0.key < $1.key }) {
            sample("\(name)_total", [label: key], count)
        }
    }

    /// A counter with two labels, with a sample for each pair, sorted.
    package mutating func counter(
        _ name: String, _ help: String, by labels: (String, String), _ tallies: [(String, Tally)]
    ) {
        beginCounter(name, help)
        for (second, tally) in tallies {
            for (key, count) in tally.counts.sorted(by: { $0.key < $1.key }) {
                sample("\(name)_total", [labels.0: key, labels.1: second], count)
            }
        }
    }

    package mutating func gauge(_ name: String, _ help: String, _ value: some MetricValue) {
        begin(name, help, "gauge")
        sample(name, [:], value)
    }

    package mutating func gauge(
        _ name: String, _ help: String, by label: String, _ values: [(String, Int)]
    ) {
        begin(name, help, "gauge")
        for (key, value) in values { sample(name, [label: key], value) }
    }

    package mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram) {
        begin(name, help, "histogram")
        let bounds = Histogram.bounds.map { $0.metricValue } + ["+Inf"]
        var below = 0
        for (bound, count) in zip(bounds, histogram.counts) {
            below += count
            sample("\(name)_bucket", ["le": bound], below)
        }
        sample("\(name)_sum", [:], histogram.sum)
        sample("\(name)_count", [:], histogram.count)
    }

    private mutating func beginCounter(_ name: String, _ help: String) {
        begin(format == .openMetrics ? name : "\(name)_total", help, "counter")
    }

    private mutating func begin(_ name: String, _ help: String, _ type: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    private mutating func sample(_ name: String, _ labels: Labels, _ value: some MetricValue) {
        text += name
        if !labels.isEmpty {
            text += "{\(labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ","))}"
        }
        text += " \(value.metricValue)\n"
    }

    private static func escaped(_ label: String) -> String {
        label.reduce(into: "") { text, character in
            switch character {
            case "\\": text += #"\\"#
            case "\"": text += #"\""#
            case "\n": text += #"\n"#
            default: text.append(character)
            }
        }
    }
}

/// A number as the formats write it.
package protocol MetricValue {
    var metricValue: String { get }
}

extension Int: MetricValue {
    package var metricValue: String { description }
}

extension Duration: MetricValue {
    /// In seconds.
    package var metricValue: String { (Double(nanoseconds) / 1e9).description }
}
