import HTTP
import Journal
import Payments
import Pipeline

extension Gateway {
  /// `GET /ws` (S3.9), `/api/ws` (S4.3) and `/api/v1/stream`: decisions as they become durable.
  ///
  /// The native stream comes as WebSocket where the client asks for one, and as events otherwise.
  func stream(
    _ request: borrowing HTTPRequest,
    _ shape: LiveSubscription.Shape,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    let accept = Gateway.webSocketAccept(request)
    guard let subscription = subscription(request, shape, accept == nil, &answer) else {
      return .answered
    }
    if accept == nil, shape != .native {
      answer.start(426)
      answer.header("Upgrade", "websocket")
      answer.appendFailure("Upgrade required", "This path speaks WebSocket (version 13)")
      return .answered
    }
    if request.method == .head {
      answer.start(200, type: "text/event-stream")
      return .answered
    }
    guard live.streams.hasRoom else {
      Gateway.overloaded(&answer)
      return .answered
    }
    if let accept {
      answer.startStream(101)
      answer.header("Upgrade", "websocket")
      answer.header("Connection", "Upgrade")
      answer.header("Sec-WebSocket-Accept", accept)
    } else {
      answer.startStream(200, type: "text/event-stream")
      answer.header("Cache-Control", "no-store")
      answer.header("Connection", "close")
    }
    let stream = live.expect(subscription)
    admit(stream, to: live.passes)
    return .handedOver(to: live.streams, subscription.kind, stream)
  }

  /// The value of `Sec-WebSocket-Accept`; nil where the request is no opening handshake.
  private static func webSocketAccept(_ request: borrowing HTTPRequest) -> String? {
    let upgrade = request.header("Upgrade")?.lowercased()
    let connection = request.header("Connection")?.lowercased()
    guard upgrade == "websocket", connection?.contains("upgrade") == true,
      request.header("Sec-WebSocket-Version") == "13"
    else { return nil }
    return request.withHeader("Sec-WebSocket-Key") { WebSocketKey.accept($0) } ?? nil
  }

  private func subscription(
    _ request: borrowing HTTPRequest,
    _ shape: LiveSubscription.Shape,
    _ isEvents: Bool,
    _ answer: inout HTTPAnswer
  ) -> LiveSubscription? {
    var wanted = LiveSubscription(shape: shape, kind: isEvents ? .events : .webSocket)
    switch shape {
    case .crypto:
      wanted.source = catalog.source(named: Dialect.crypto.word)?.id
      return wanted
    case .retail:
      wanted.source = catalog.source(named: Dialect.retail.word)?.id
      wanted.history = LiveHub.historyMax
      return wanted
    case .native: break
    }
    do throws(QueryError) {
      let query = QueryReader(request)
      wanted.source = try query.source(catalog)?.id
      wanted.outcome = try query.outcome()
      wanted.minimumScore = try query.score("min_score")
      wanted.fraudOnly = try query.truth("fraud_only") ?? false
      wanted.history = try query.number("history", 0...LiveHub.historyMax) ?? 0
      if let place = request.header("Last-Event-ID") ?? query.text("after") {
        guard let place = LivePlace(place) else {
          throw QueryError("after", "after is the 'place' or the id of the last event seen")
        }
        guard place.entry < core.committed.bytes else {
          throw QueryError("after", "the log does not reach that place")
        }
        wanted.resume = place
      }
      return wanted
    } catch {
      error.answer(&answer)
      return nil
    }
  }
}
