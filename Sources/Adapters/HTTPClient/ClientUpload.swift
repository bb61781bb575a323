/// A request whose body is sent piece by piece, to a server that may answer before its end.
package final class ClientUpload {
  /// How long a server may take nothing.
  private static let patienceMilliseconds = ClientConnection.timeoutSeconds * 1000

  private let connection: ClientConnection

  /// Connects and sends a head, with the empty line behind it.
  package init(_ address: ServerAddress, head: [UInt8]) throws(ClientError) {
    connection = ClientConnection(address)
    try connection.open()
    try connection.send(head)
  }

  /// Whether the server has begun to answer, or is gone.
  package var isAnswered: Bool { !connection.received.isEmpty || connection.wait(milliseconds: 0) }

  /// Waits for `100 Continue`; false where the server answers something else.
  package func mayGoOn() throws(ClientError) -> Bool {
    while true {
      guard let head = try ClientHead(connection.received) else {
        try connection.receive()
        continue
      }
      guard head.status == 100 else { return false }
      connection.dropReceived(head.byteCount)
      return true
    }
  }

  /// Sends a piece of the body; false where the server takes no more: it answers, or is gone.
  package func send(_ piece: [UInt8]) throws(ClientError) -> Bool {
    var sent = 0
    while sent < piece.count {
      if isAnswered { return false }
      guard let count = connection.sendSome(piece, from: sent) else { return false }
      sent += count
      if sent == piece.count { break }
      let began = ContinuousClock.now
      if connection.wait(milliseconds: Self.patienceMilliseconds, orRoom: true) { return false }
      if began.duration(to: .now) >= .milliseconds(Self.patienceMilliseconds) {
        throw ClientError(.late, "the server takes nothing more")
      }
    }
    return true
  }

  /// The answer, which ends the connection; waits for so long.
  package func answer(milliseconds: Int) throws(ClientError) -> ClientAnswer {
    defer { connection.close() }
    let end = ContinuousClock.now + .milliseconds(milliseconds)
    while true {
      if let (answer, _) = try ClientAnswer.first(in: connection.received) { return answer }
      let left = ContinuousClock.now.duration(to: end) / .milliseconds(1)
      guard left > 0, connection.wait(milliseconds: Int(left.rounded(.up))) else {
        throw ClientError(.late, "no answer came within \(milliseconds) ms")
      }
      try connection.receive()
    }
  }
}
