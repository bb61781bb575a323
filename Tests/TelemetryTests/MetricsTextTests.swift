import Testing

@testable import Telemetry

/// What is read from a server's metrics, and what two looks at them say together.
struct MetricsTextTests {
  private static func histogram(_ counts: [Double]) -> MetricsText {
    let edges = ["0.001", "0.01", "0.1", "+Inf"]
    let lines = zip(edges, counts).map { "t_bucket{le=\"\($0)\"} \($1)" }
    return MetricsText(lines.joined(separator: "\n") + "\nt_count \(counts.last ?? 0)\n")
  }

  private static func change(_ earlier: String, _ later: String, _ seconds: Double = 2)
    -> MetricsChange
  {
    MetricsChange(from: MetricsText(earlier), to: MetricsText(later), seconds: seconds)
  }

  @Test func `names, labels, escapes and timestamps are read`() {
    let text = MetricsText(
      "# HELP a what\n# TYPE a counter\na 1\nb{x=\"1\",y=\"p\\\"q\\\\r\\ns,}\"} 2.5e1 1700000000\n"
        + "b{x=\"2\",} 5\r\n c\t+Inf\nd NaN\n"
    )
    #expect(text.value("a") == 1 && text.value("b") == 30 && text.value("c") == .infinity)
    #expect(text.samples["b"]?[0].labels == ["x": "1", "y": "p\"q\\r\ns,}"])
    #expect(text.values("b", by: "x").map(\.label) == ["1", "2"])
    #expect(text.values("b", by: "x").map(\.value) == [25, 5])
    #expect(text.value("d")?.isNaN == true && text.value("e") == nil)
  }

  @Test func `lines that are malformed are left aside, the others stay`() {
    for bad in [
      "a", "a ", "a{ 1", "a{x} 1", "a{x=1} 1", "a{x=\"1} 1", "a{x=\"1\\", "1a 1", "{} 1", "a one",
      "=", "\u{0}", "\"a\" 1",
    ] {
      let text = MetricsText(bad + "\nz 1\n")
      #expect(text.value("a") == nil && text.value("z") == 1, "\(bad)")
    }
    #expect(MetricsText("").samples.isEmpty)
    let many = MetricsText(String(repeating: "a 1\n", count: MetricsText.samplesMax + 5))
    #expect(many.value("a") == Double(MetricsText.samplesMax))
  }

  @Test func `a rate is the growth by the seconds, over all labels or by one`() {
    let change = MetricsTextTests.change(
      "n{o=\"a\"} 10\nn{o=\"b\"} 1\n",
      "n{o=\"a\"} 30\nn{o=\"b\"} 1\nn{o=\"c\"} 4\nm 6\n"
    )
    #expect(change.rate("n") == 12 && change.rate("m") == 3 && change.rate("k") == nil)
    #expect(change.rates("n", by: "o").map(\.label) == ["a", "b", "c"])
    #expect(change.rates("n", by: "o").map(\.value) == [10, 0, 2])
    #expect(MetricsTextTests.change("n 1", "n 2", 0).rate("n") == nil)
  }

  @Test func `counters that began again count from zero`() throws {
    let change = MetricsTextTests.change(
      "process_cpu_seconds_total 9\nn 100\n",
      "process_cpu_seconds_total 1\nn 8\n"
    )
    #expect(change.isRestart && change.rate("n") == 4)
    #expect(!MetricsTextTests.change("n 1", "n 2").isRestart)
    let again = MetricsChange(
      from: MetricsTextTests.histogram([50, 50, 50, 50]),
      to: MetricsTextTests.histogram([0, 10, 10, 10]),
      seconds: 1
    )
    #expect(abs(try #require(again.quantile(1, of: "t")) - 0.01) < 1e-12)
  }

  @Test func `quantiles are of what came between, interpolated within a bucket`() throws {
    let change = MetricsChange(
      from: MetricsTextTests.histogram([1000, 1000, 1000, 1000]),
      to: MetricsTextTests.histogram([1000, 1050, 1100, 1100]),
      seconds: 1
    )
    let half = try #require(change.quantile(0.5, of: "t"))
    let most = try #require(change.quantile(0.99, of: "t"))
    #expect(abs(half - 0.01) < 1e-12 && abs(most - 0.0982) < 1e-12)
    let quarter = try #require(change.quantile(0.25, of: "t"))
    #expect(abs(quarter - 0.0055) < 1e-12)
    #expect(change.quantile(0.5, of: "none") == nil)
    let still = MetricsTextTests.histogram([1, 2, 3, 4])
    #expect(MetricsChange(from: still, to: still, seconds: 1).quantile(0.5, of: "t") == nil)
    let beyond = MetricsChange(
      from: MetricsTextTests.histogram([0, 0, 0, 0]),
      to: MetricsTextTests.histogram([0, 0, 0, 7]),
      seconds: 1
    )
    #expect(beyond.quantile(0.5, of: "t") == 0.1)
  }
}
