/// An HTTP answer with a length.
package struct ClientAnswer: Sendable {
  package static let bodyBytesMax = 64 << 20

  package var status: Int
  /// The header fields as they came, in order.
  package var fields: [(name: String, value: String)]
  package var body: [UInt8]
  package var closes: Bool

  /// The first answer in what was received, and its length; nil where it is not whole yet.
  ///
  /// One without a length is an error: `ClientConnection.ask` serves those.
  package static func first(
    in bytes: [UInt8]
  ) throws(ClientError) -> (answer: ClientAnswer, length: Int)? {
    guard let head = try ClientHead(bytes) else { return nil }
    guard let length = head.length else {
      throw ClientError(.malformed, "an answer is in pieces")
    }
    return answer(head, length, bytes)
  }

  /// An answer whose head was read; nil where its body is not whole yet.
  static func answer(
    _ head: ClientHead,
    _ length: Int,
    _ bytes: [UInt8]
  ) -> (answer: ClientAnswer, length: Int)? {
    let end = head.byteCount + length
    guard bytes.count >= end else { return nil }
    let answer = ClientAnswer(
      status: head.status,
      fields: head.fields,
      body: Array(bytes[head.byteCount..<end]),
      closes: head.closes
    )
    return (answer, end)
  }
}

/// What came back on a request.
package enum ClientReply: Sendable {
  case whole(ClientAnswer)
  /// The answer has no length that is known beforehand: its connection, which is the caller's to
  /// close, and what has come by it, from the first byte of the head on.
  case endless(descriptor: Int32, received: [UInt8])
}
