import Foundation

/// Requests of the OpenTelemetry protocol in JSON: ids in hexadecimal, times as strings of
/// nanoseconds, enumerations as numbers.
enum OTLPText {
  private static let scope = ["name": "assay"]
  private static let cumulative = 2
  private static let serverKind = 2
  private static let errorStatus = 2

  static func traces(_ requests: [ServedRequest], service: String) -> Data {
    var generator = SystemRandomNumberGenerator()
    let spans = requests.map { request -> [String: Any] in
      var span: [String: Any] = [
        "traceId": request.parent?.trace ?? digits(&generator, words: 2),
        "spanId": digits(&generator, words: 1),
        "name": "\(request.method) \(request.route)",
        "kind": serverKind,
        "startTimeUnixNano": nanoseconds(request.start),
        "endTimeUnixNano": nanoseconds(request.end),
        "attributes": attributes([
          ("http.request.method", request.method), ("http.route", request.route),
          ("assay.request_id", request.name),
        ]) + [["key": "http.response.status_code", "value": ["intValue": "\(request.status)"]]],
      ]
      if let parent = request.parent { span["parentSpanId"] = parent.span }
      if request.status >= 500 { span["status"] = ["code": errorStatus] }
      return span
    }
    return data([
      "resourceSpans": [
        ["resource": resource(service), "scopeSpans": [["scope": scope, "spans": spans]]]
      ]
    ])
  }

  static func metrics(
    _ measurements: [Measurement],
    from start: Int64,
    to now: Int64,
    service: String
  ) -> Data {
    var order: [String] = []
    var byName: [String: [Measurement]] = [:]
    for one in measurements {
      if byName[one.name] == nil { order.append(one.name) }
      byName[one.name, default: []].append(one)
    }
    let metrics = order.map { name -> [String: Any] in
      let series = byName[name] ?? []
      var metric: [String: Any] = ["name": name, "unit": series.first?.unit ?? "1"]
      let points = series.map { point($0, from: start, to: now) }
      switch series.first?.value {
      case .sum?:
        metric["sum"] =
          [
            "dataPoints": points, "aggregationTemporality": cumulative, "isMonotonic": true,
          ] as [String: Any]
      case .histogram?:
        metric["histogram"] =
          ["dataPoints": points, "aggregationTemporality": cumulative] as [String: Any]
      case .gauge?, nil: metric["gauge"] = ["dataPoints": points]
      }
      return metric
    }
    return data([
      "resourceMetrics": [
        ["resource": resource(service), "scopeMetrics": [["scope": scope, "metrics": metrics]]]
      ]
    ])
  }

  private static func point(
    _ measurement: Measurement,
    from start: Int64,
    to now: Int64
  ) -> [String: Any] {
    var point: [String: Any] = [
      "startTimeUnixNano": nanoseconds(start), "timeUnixNano": nanoseconds(now),
      "attributes": attributes(measurement.attributes),
    ]
    switch measurement.value {
    case .sum(let value), .gauge(let value): point["asDouble"] = value
    case .histogram(let edges, let counts, let sum):
      point["count"] = "\(counts.reduce(0, +))"
      point["sum"] = sum
      point["bucketCounts"] = counts.map { "\($0)" }
      point["explicitBounds"] = edges
    }
    return point
  }

  private static func resource(_ service: String) -> [String: Any] {
    ["attributes": attributes([("service.name", service)])]
  }

  private static func attributes(_ pairs: [(name: String, value: String)]) -> [[String: Any]] {
    pairs.map { ["key": $0.name, "value": ["stringValue": $0.value]] }
  }

  private static func nanoseconds(_ microseconds: Int64) -> String { "\(microseconds)000" }

  private static func digits(
    _ generator: inout SystemRandomNumberGenerator,
    words: Int
  ) -> String {
    (0..<words).map { _ in
      let text = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }.joined()
  }

  private static func data(_ object: [String: Any]) -> Data {
    // Texts, numbers, arrays and dictionaries: nothing in it cannot be written as JSON.
    (try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])) ?? Data()
  }
}
