/// One client of a `StreamLoop`.
final class StreamConnection {
  let token: StreamToken
  let descriptor: Int32
  let kind: StreamKind
  let session: WebSocketSession?
  /// What is on its way to the client.
  var output: ByteBuffer
  var sent = 0
  var interest: Poller.Interest = .input
  /// The socket refused bytes at this time and has not taken all since, ms.
  var blockedSince: Int64?
  /// When the client was last heard of, ms.
  var heardAt: Int64
  /// Whether it goes once everything is sent.
  var isEnding = false

  init(_ token: StreamToken, _ handed: HandedConnection, _ kind: StreamKind, now: Int64) {
    self.token = token
    descriptor = handed.descriptor
    self.kind = kind
    session = kind == .webSocket ? WebSocketSession() : nil
    output = ByteBuffer(capacity: 4 << 10, limit: 2 * StreamLimits.outputBytes)
    heardAt = now
    output.append(handed.unsent.span)
  }

  var unsent: Int { output.count - sent }

  /// Takes what a session wants to say, between two messages.
  func collectControl() {
    guard let session else { return }
    output.append(session.takeOutput().span)
    if session.isClosing { isEnding = true }
  }
}

/// The bounds of a `StreamLoop`.
package enum StreamLimits {
  /// Streams at a time.
  package static let streams = 4096
  /// What may wait for one client; its sender waits beyond that.
  package static let outputBytes = 256 << 10
  /// Silence after which a client is asked for a sign of life, ms.
  static let pingMilliseconds: Int64 = 20_000
  /// Silence or standstill after which a client is taken for gone, ms.
  static let goneMilliseconds: Int64 = 60_000
}
