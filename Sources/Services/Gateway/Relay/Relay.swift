import Foundation
package import HTTP
package import HTTPClient
import Payments
import Pipeline
import Synchronization

/// One of S1's services as a process of its own: it passes requests on to the process that owns the
/// data directory, or as the gateway to the service in whose name they are.
///
/// Requests go on as they came, with fields that say for whom: who may do what is decided by the
/// owner alone. Answers without a known end (streams, exports) are joined to their clients.
package final class Relay: HTTPApplication, @unchecked Sendable {
  // Safety: everything but the locked queue of answers belongs to the loop's thread.

  /// What S1's gateway waits for a service (S1.7).
  static let deadlineMilliseconds = 30_000

  /// Where the processes of an installation are reached.
  package struct Addresses: Sendable {
    package var services: [Surface.Service: ServerAddress]

    package init(_ services: [Surface.Service: ServerAddress]) { self.services = services }
  }

  private let surface: Surface
  private let serviceKey: String
  private let services: [(name: String, url: String)]
  private let loop: HTTPLoop
  private let worker: RelayWorker
  private let uploads = RelayUploads()

  /// A relay that serves `surface`.
  package init(
    _ surface: Surface,
    _ addresses: Addresses,
    serviceKey: String,
    loop: HTTPLoop
  ) throws {
    self.surface = surface
    self.serviceKey = serviceKey
    self.loop = loop
    services = Surface.Service.allCases.compactMap { service in
      addresses.services[service].map { (service.rawValue, "http://\($0.host):\($0.port)") }
    }
    worker = try RelayWorker(addresses) { [loop] in loop.wake() }
  }

  package func start() { worker.start() }

  package func stop() {
    worker.stop()
    uploads.stop()
  }

  package func receive(
    _ request: borrowing HTTPRequest,
    token: RequestToken,
    answer: inout HTTPAnswer
  ) -> Reception {
    var (peer, through) = (request.peer, surface)
    if request.withHeader(RelayFields.key, { !$0.isEmpty }) == true {
      guard let origin = RelayFields.origin(request, serviceKey) else {
        answer.fail(401, "Invalid service key", "The processes do not share one service key")
        return .answered
      }
      (peer, through) = (origin.peer, origin.surface)
    }
    let path = request.pathText
    if surface == .whole, path == "/health", request.method == .get {
      health(&answer)
      return .answered
    }
    let head = head(request, peer, through)
    if request.method == .post, Relay.isApart(path) {
      return upload(to: upstream(path), head, &answer)
    }
    let body = request.withBody { $0.array }
    let job = RelayJob(
      token: token,
      to: upstream(path),
      request: head + Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body,
      isRepeatable: [.get, .head, .put, .delete].contains(request.method),
      isHead: request.method == .head,
      falls: surface == .whole && path == "/api/v1/score"
    )
    guard worker.submit(job) else {
      Gateway.overloaded(&answer)
      return .answered
    }
    return .later(milliseconds: Relay.deadlineMilliseconds)
  }

  /// Whether the body of a POST to a path may be longer than is held.
  private static func isApart(_ path: String) -> Bool {
    Gateway.bodiesApart.contains { path.hasPrefix($0.description) }
  }

  /// Lets a connection go to a thread that passes the body on.
  private func upload(
    to service: Surface.Service,
    _ head: [UInt8],
    _ answer: inout HTTPAnswer
  ) -> Reception {
    guard uploads.begin() else {
      Gateway.overloaded(&answer)
      return .answered
    }
    let upload = RelayUploads.Upload(
      address: worker.addresses[service],
      title: service.title,
      head: head
    )
    return .taken { [uploads] in uploads.pass($0, upload) }
  }

  /// The service that a path is for.
  private func upstream(_ path: String) -> Surface.Service {
    guard surface == .whole else { return .model }
    if path == "/api/v1/score" { return .ingest }
    return Surface.Service.allCases.first { path.hasPrefix($0.prefix) } ?? .model
  }

  /// The head of a request as it goes on, up to the fields that say how long its body is.
  private func head(
    _ request: borrowing HTTPRequest,
    _ peer: PeerAddress,
    _ through: Surface
  ) -> [UInt8] {
    let query = request.withQuery { $0.isEmpty ? [] : [UInt8(ascii: "?")] + $0.array }
    let lines = request.withFields { $0.array }
    var bytes = Array("\(request.method.rawValue) \(request.pathText)".utf8) + query
    bytes += Array(" HTTP/1.1\r\n".utf8)
    var isUpgrade = false
    for line in lines.split(separator: UInt8(ascii: "\n")) {
      let name = String(decoding: line.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
        .lowercased()
      if name == "upgrade" { isUpgrade = true }
      if Relay.ownFields.contains(name) || line.count < 3 { continue }
      bytes += line + [UInt8(ascii: "\n")]
    }
    var own = isUpgrade ? "Connection: Upgrade\r\n" : ""
    own += "\(RelayFields.key): \(serviceKey)\r\n"
    own += "\(RelayFields.peer): \(peer)\r\n\(RelayFields.surface): \(through.word)\r\n"
    return bytes + Array(own.utf8)
  }

  /// Fields of one connection, or ones that only a relay may write.
  private static let ownFields: Set = [
    "connection", "keep-alive", "content-length", "transfer-encoding", "te", "trailer", "expect",
    "x-assay-service", "x-assay-peer", "x-assay-surface",
  ]

  /// `GET /health` of the gateway (S1.4): that it runs, and where its services are.
  private func health(_ answer: inout HTTPAnswer) {
    var json = JSONText.service("API Gateway", status: "healthy")
    json.key("services")
    json.open("{")
    for service in services {
      json.key(service.name)
      json.value(service.url)
    }
    json.close("}")
    json.close("}")
    answer.start(200)
    answer.append(json.bytes)
  }

  package func woken(_ loop: HTTPLoop) {
    for (token, outcome) in worker.takeOutcomes() {
      switch outcome {
      case .answer(let status, let fields, let body):
        loop.answer(token) {
          $0.addFields(fields)
          $0.start(status, type: "")
          $0.append(body)
        }
      case .unavailable(let message):
        loop.answer(token) { Relay.unavailable(message, &$0) }
      case .late: loop.answer(token) { Relay.timeOut(&$0) }
      case .endless(let descriptor, let received):
        worker.join(loop.handOver(token), descriptor, received)
      }
    }
  }

  static func unavailable(_ message: String, _ answer: inout HTTPAnswer) {
    var json = JSONText()
    json.open("{")
    json.field("error", "Service unavailable")
    json.field("message", message)
    json.close("}")
    answer.start(503)
    answer.header("Retry-After", 1)
    answer.append(json.bytes)
  }

  static func timeOut(_ answer: inout HTTPAnswer) {
    answer.fail(504, "Request timeout", "The service did not answer in time")
  }

  package func roundEnded(_ loop: HTTPLoop) {}

  package func expired(_ token: RequestToken, answer: inout HTTPAnswer) { Relay.timeOut(&answer) }

  package func abandoned(_ token: RequestToken) {}
}
