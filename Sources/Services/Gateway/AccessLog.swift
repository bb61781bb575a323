import HTTP
import Intake
import Payments
import Pipeline

/// Which requests stand in the access log.
package enum AccessLog: String, Sendable, CaseIterable {
  case off
  /// Those that were answered with 400 or more.
  case errors
  case all
}

/// What the access log says of one request: its route, never its path or query, which may have ids,
/// names and keys in them.
package struct AccessLine: Sendable {
  /// When it was answered, µs since 1970.
  package var time: Int64
  /// What the answer's `X-Request-ID` says.
  package var request: String
  package var method: String
  /// Such as `/api/v1/decisions/{id}`; `-` where none fits.
  package var route: String
  package var status: Int
  package var bodyBytes: Int
  package var milliseconds: Double
  /// Such as `key:till` or `user:ann@example.org`.
  package var client: String
  package var peer: String
  /// What its `traceparent` says, where traces are wanted.
  package var traceParent: String?
}

/// What is known of a request when it is answered.
struct RequestTrace {
  var token: UInt64 = 0
  /// By the monotonic clock, ns.
  var startedAt: Int64 = 0
  /// The number of its endpoint; -1 where none fits.
  var endpoint = -1
  var method = HTTPMethod.get
  var client: Client?
  var peer = PeerAddress(0, 0, 0, 0)
  /// What its client calls it.
  var name: String?
  /// What its `traceparent` says.
  var traceParent: String?
}

extension Gateway {
  /// The longest name of a request that is taken from its client.
  private static let requestNameMax = 64

  /// Begins to tell `sink` of requests; before the loop runs.
  package func startAccessLog(_ sink: @escaping @Sendable (AccessLine) -> Void) {
    if settings.accessLog == .off, !settings.traces { return }
    traces = [RequestTrace](repeating: RequestTrace(), count: loop.limits.slots)
    let isComplete = settings.accessLog == .all || settings.traces
    loop.served = { [unowned self] token, number, status, bytes in
      if status < 400, !isComplete { return }
      sink(line(token, number, status, bytes))
    }
  }

  private func line(
    _ token: RequestToken,
    _ number: UInt64,
    _ status: Int,
    _ bytes: Int
  ) -> AccessLine {
    let known = traces[Int(token.slot)]
    // A request that was refused before it was whole has left no trace.
    let trace = known.token == token.bits ? known : RequestTrace()
    let now = Clocks.monotonicNanoseconds()
    let digits = String(number, radix: 16)
    return AccessLine(
      time: Clocks.wallMicroseconds(),
      request: trace.name ?? String(repeating: "0", count: 16 - digits.count) + digits,
      method: trace.token == 0 ? "-" : trace.method.rawValue,
      route: trace.endpoint < 0 ? "-" : endpoints[trace.endpoint].path,
      status: status,
      bodyBytes: bytes,
      milliseconds: trace.token == 0 ? 0 : Double((now - trace.startedAt) / 1000) / 1000,
      client: trace.client?.name ?? "-",
      peer: trace.token == 0 ? "-" : trace.peer.description,
      traceParent: trace.traceParent
    )
  }

  /// Takes over what a client calls its request.
  func requestName(_ request: borrowing HTTPRequest, _ answer: inout HTTPAnswer) -> String? {
    guard let name = request.header("X-Request-ID"), !name.isEmpty,
      name.utf8.count <= Gateway.requestNameMax,
      name.utf8.allSatisfy({ byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
          || (0x61...0x7A).contains(byte) || [0x2D, 0x2E, 0x5F].contains(byte)
      })
    else { return nil }
    // The log shows it, and the answer says what stands there.
    let shown = CardNumber.masked(name)
    answer.nameRequest(Array(shown.utf8).span)
    return shown
  }
}
