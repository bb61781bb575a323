import Foundation
import HTTPClient
import Pipeline
import Shell
import Telemetry

/// A server whose metrics are looked at again and again.
final class WatchedServer {
  /// One look.
  struct Look {
    var metrics: MetricsText
    /// Monotonic.
    var nanoseconds: Int64
  }

  static let alertsMax = 3

  /// An alert of the server's own monitoring.
  struct Alert: Decodable {
    var type: String
    var severity: String
    var message: String
    var timestamp: String
    var resolved_at: String?
  }

  private struct Alerts: Decodable {
    var alerts: [Alert]
  }

  let address: ServerAddress
  private let key: String?
  private let connection: ClientConnection

  init(_ address: ServerAddress, key: String?) {
    self.address = address
    self.key = key
    connection = ClientConnection(address)
  }

  var url: String { "http://\(address.host):\(address.port)" }

  /// Looks at the metrics, which are open to all.
  func look() throws -> Look {
    let (status, body) = try get("/metrics")
    guard status == 200 else { throw CommandError("\(url)/metrics answers \(status)") }
    let metrics = MetricsText(body)
    guard metrics.value("fraud_decisions_total") != nil else {
      throw CommandError("\(url)/metrics has no metrics of assay")
    }
    return Look(metrics: metrics, nanoseconds: Clocks.monotonicNanoseconds())
  }

  /// The newest alerts; none without a key that may read them.
  func alerts() throws -> [Alert] {
    guard key != nil else { return [] }
    let (status, body) = try get("/api/v1/monitoring/alerts?limit=\(WatchedServer.alertsMax)")
    guard status == 200 else { return [] }
    return try JSONDecoder().decode(Alerts.self, from: Data(body)).alerts
  }

  private func get(_ path: String) throws -> (status: Int, body: [UInt8]) {
    var request = "GET \(path) HTTP/1.1\r\nHost: \(address.host):\(address.port)\r\n"
    if let key { request += "X-API-Key: \(key)\r\n" }
    let reply: ClientReply
    do throws(ClientError) {
      reply = try connection.ask(Array((request + "\r\n").utf8), mayRepeat: true)
    } catch {
      throw CommandError("\(url) does not answer: \(error)")
    }
    switch reply {
    case .whole(let answer): return (answer.status, answer.body)
    case .endless(let descriptor, _):
      ClientConnection.close(descriptor)
      throw CommandError("\(url)\(path) gives an answer without an end")
    }
  }
}
