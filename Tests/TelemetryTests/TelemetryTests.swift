import Foundation
import Testing

@testable import Telemetry

/// What collectors and CloudWatch are told.
struct TelemetryTests {
  private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
  private static let span = "00f067aa0ba902b7"

  private static func served(_ status: Int, _ parent: TraceParent? = nil) -> ServedRequest {
    ServedRequest(
      start: 1_000_001,
      end: 1_000_251,
      method: "GET",
      route: "/a/{b}",
      status: status,
      name: "n\"1",
      parent: parent
    )
  }

  private static func object(_ data: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func `a trace context is read as it is specified, and nothing else`() throws {
    let known = try #require(TraceParent("00-\(trace)-\(span)-01"))
    #expect(known.trace == TelemetryTests.trace && known.span == TelemetryTests.span)
    #expect(known.isSampled && TraceParent("00-\(trace)-\(span)-00")?.isSampled == false)
    #expect(TraceParent("cc-\(trace)-\(span)-01-more") != nil)
    for text in [
      "", "00", "00-\(trace)-\(span)", "00-\(trace)-\(span)-01-more", "ff-\(trace)-\(span)-01",
      "00-\(trace.uppercased())-\(span)-01", "00-\(String(repeating: "0", count: 32))-\(span)-01",
      "00-\(trace)-\(String(repeating: "0", count: 16))-01", "00-\(trace)x-\(span)-01",
    ] { #expect(TraceParent(text) == nil, "\(text)") }
  }

  private var trace: String { TelemetryTests.trace }
  private var span: String { TelemetryTests.span }

  @Test func `spans have ids in hexadecimal, times as strings, and their parent`() throws {
    let parent = TraceParent("00-\(trace)-\(span)-01")
    let data = OTLPText.traces(
      [TelemetryTests.served(200, parent), TelemetryTests.served(503)],
      service: "assay"
    )
    let resources = try #require(
      try TelemetryTests.object(data)["resourceSpans"] as? [[String: Any]]
    )
    let scopes = try #require(resources.first?["scopeSpans"] as? [[String: Any]])
    let spans = try #require(scopes.first?["spans"] as? [[String: Any]])
    #expect(spans.count == 2)
    #expect(spans[0]["traceId"] as? String == trace && spans[0]["parentSpanId"] as? String == span)
    #expect(spans[0]["startTimeUnixNano"] as? String == "1000001000")
    #expect(spans[0]["endTimeUnixNano"] as? String == "1000251000")
    #expect(spans[0]["name"] as? String == "GET /a/{b}" && spans[0]["status"] == nil)
    #expect((spans[1]["status"] as? [String: Int]) == ["code": 2])
    for one in spans {
      #expect((one["traceId"] as? String)?.count == 32 && (one["spanId"] as? String)?.count == 16)
    }
    #expect(spans[0]["spanId"] as? String != spans[1]["spanId"] as? String)
  }

  @Test func `metrics of one name are one metric with a point for each series`() throws {
    let data = OTLPText.metrics(
      [
        Measurement("d", .sum(3), [("decision", "approve")]),
        Measurement("d", .sum(1), [("decision", "decline")]),
        Measurement("t", unit: "s", .histogram(edges: [0.5], counts: [2, 1], sum: 1.25)),
        Measurement("g", unit: "By", .gauge(7)),
      ],
      from: 5,
      to: 6,
      service: "assay"
    )
    let text = String(decoding: data, as: UTF8.self)
    let resources = try #require(
      try TelemetryTests.object(data)["resourceMetrics"] as? [[String: Any]]
    )
    let scopes = try #require(resources.first?["scopeMetrics"] as? [[String: Any]])
    let metrics = try #require(scopes.first?["metrics"] as? [[String: Any]])
    #expect(metrics.map { $0["name"] as? String } == ["d", "t", "g"])
    #expect(text.contains(#""bucketCounts":["2","1"]"#) && text.contains(#""count":"3""#))
    #expect(text.contains(#""explicitBounds":[0.5]"#) && text.contains(#""isMonotonic":true"#))
    #expect(text.contains(#""timeUnixNano":"6000""#))
  }

  @Test func `a line of embedded metrics names what it has, and leaves out what is no number`()
    throws
  {
    let line = EmbeddedMetrics.line(
      [.init("Decisions", "Count", 12), .init("Seconds", "Seconds", .nan)],
      service: "assay",
      time: 1_795_203_372_123_456
    )
    #expect(!line.contains("\n"))
    let object = try TelemetryTests.object(Data(line.utf8))
    #expect(object["Decisions"] as? Double == 12 && object["Seconds"] == nil)
    #expect(object["Service"] as? String == "assay")
    let aws = try #require(object["_aws"] as? [String: Any])
    #expect(aws["Timestamp"] as? Int == 1_795_203_372_123)
    #expect(line.contains(#""Metrics":[{"Name":"Decisions","Unit":"Count"}]"#))
    #expect(line.contains(#""Dimensions":[["Service"]]"#))
  }
}
