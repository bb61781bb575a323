/// A connection that has left its `HTTPLoop` after the head of an answer without end.
///
/// Whoever takes it closes it; `StreamLoop.adopt` does.
package struct HandedConnection: Sendable {
  let descriptor: Int32
  /// What the client has sent behind its request.
  let unread: [UInt8]
  /// What it has not been sent yet, the answer's head at the least.
  let unsent: [UInt8]
}

/// What travels over a stream.
package enum StreamKind: Sendable {
  /// WebSocket messages (RFC 6455), both ways.
  case webSocket
  /// Server-sent events, to the client only.
  case events
  /// The bytes of one body, to the client only; its sender says where it ends.
  case body
}

/// Names one stream of a `StreamLoop`, never two.
package struct StreamToken: Hashable, Sendable {
  let number: UInt64
}
