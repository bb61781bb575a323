/// Reads the body of a taken connection piece by piece, within limits.
package final class BodyReader {
  private let connection: TakenConnection
  private let bytesMax: Int
  private let idleMilliseconds: Int
  private let isStopping: () -> Bool
  private var chunks: ChunkedDecoder?
  /// Bytes that are still to come, of a body whose length is known.
  private var remaining = 0
  /// Bytes of the body so far.
  package private(set) var bytesRead = 0
  private static let patienceMilliseconds = 200

  /// A body of at most `bytesMax` bytes; a client that sends nothing for so long is let go.
  package init(
    _ connection: TakenConnection,
    bytesMax: Int,
    idleMilliseconds: Int,
    isStopping: @escaping () -> Bool
  ) throws(BodyError) {
    self.connection = connection
    self.bytesMax = bytesMax
    self.idleMilliseconds = idleMilliseconds
    self.isStopping = isStopping
    switch connection.length {
    case .chunked: chunks = ChunkedDecoder()
    case .bytes(let count):
      guard count <= bytesMax else { throw .tooLong }
      remaining = count
    }
    if connection.expectsContinue {
      let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
      try connection.send(interim, milliseconds: idleMilliseconds)
    }
  }

  /// The next part of the body; nil at its end.
  package func next() throws(BodyError) -> [UInt8]? {
    var body: [UInt8] = []
    while body.isEmpty {
      if let decoder = chunks, decoder.isComplete { return nil }
      if chunks == nil, remaining == 0 { return nil }
      let piece = try receive()
      guard !piece.isEmpty else { throw .gone }
      if chunks != nil {
        try chunks?.take(piece, into: &body)
      } else {
        body = piece.count > remaining ? Array(piece[..<remaining]) : piece
        remaining -= body.count
      }
    }
    bytesRead += body.count
    guard bytesRead <= bytesMax else { throw .tooLong }
    return body
  }

  /// Waits for bytes, looking now and then whether the server is being stopped.
  private func receive() throws(BodyError) -> [UInt8] {
    var waited = 0
    while true {
      do throws(BodyError) {
        return try connection.receive(milliseconds: Self.patienceMilliseconds)
      } catch {
        guard error == .tooSlow else { throw error }
        if isStopping() { throw .stopping }
        waited += Self.patienceMilliseconds
        if waited >= idleMilliseconds { throw .tooSlow }
      }
    }
  }
}
