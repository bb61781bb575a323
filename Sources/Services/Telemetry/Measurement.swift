/// One metric at one moment, with what tells its series apart.
package struct Measurement: Sendable {
  package enum Value: Sendable {
    /// Counts since the start of the process.
    case sum(Double)
    case gauge(Double)
    /// Counts of each bucket (one more than edges) and the sum of all values.
    case histogram(edges: [Double], counts: [UInt64], sum: Double)
  }

  package var name: String
  /// As OpenTelemetry writes units: `s`, `By`, `1`.
  package var unit: String
  package var value: Value
  package var attributes: [(name: String, value: String)]

  package init(
    _ name: String,
    unit: String = "1",
    _ value: Value,
    _ attributes: [(name: String, value: String)] = []
  ) {
    self.name = name
    self.unit = unit
    self.value = value
    self.attributes = attributes
  }
}

/// One request that was served, for a trace.
package struct ServedRequest: Sendable {
  /// µs since 1970.
  package var start: Int64
  package var end: Int64
  package var method: String
  /// Such as `/api/v1/decisions/{id}`.
  package var route: String
  package var status: Int
  /// What the answer's `X-Request-ID` says.
  package var name: String
  /// What the client's `traceparent` says.
  package var parent: TraceParent?

  package init(
    start: Int64,
    end: Int64,
    method: String,
    route: String,
    status: Int,
    name: String,
    parent: TraceParent?
  ) {
    self.start = start
    self.end = end
    self.method = method
    self.route = route
    self.status = status
    self.name = name
    self.parent = parent
  }
}

/// Where a trace came from (W3C Trace Context, `traceparent`).
package struct TraceParent: Sendable, Equatable {
  /// 32 and 16 hexadecimal digits.
  package var trace: String
  package var span: String
  package var isSampled: Bool

  /// Reads `00-…-…-01`; nil where it is not one.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].count == 2, parts[0] != "ff", parts[1].count == 32,
      parts[2].count == 16, parts[3].count == 2, parts[0] != "00" || parts.count == 4,
      parts.prefix(4).allSatisfy({ $0.utf8.allSatisfy(TraceParent.isDigit) }),
      parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" }),
      let flags = UInt8(parts[3], radix: 16)
    else { return nil }
    trace = String(parts[1])
    span = String(parts[2])
    isSampled = flags & 1 == 1
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }
}
