/// Every bound of a server: nothing it holds or waits for is without one.
package struct Limits: Sendable {
  /// Connections served at once.
  package var connections = 10_000
  /// Connections above `connections` that are being told 503; above these, accepting pauses.
  package var refusedConnections = 64
  /// How long accepting pauses when the process has no descriptors left.
  package var acceptPauseMilliseconds = 100

  /// Request line and header fields together, with the empty line.
  package var headBytes = 16 << 10
  /// Header fields of a request; trailer fields are counted separately, with the same limit.
  package var headerFields = 100
  /// The request target (path and query).
  package var targetBytes = 8 << 10
  /// POSTs whose path begins with one of these are given to the application behind their heads; it
  /// takes the connection (`Reception.taken`) to read the body itself, of any length.
  package var bodiesApart: [StaticString] = []
  /// A request body, after chunks are joined.
  package var bodyBytes = 16 << 20
  /// Memory for requests that do not fit `bufferBytes`, over all connections.
  package var largeRequestBytes = 1 << 30
  /// A chunk-size line with its extensions and line end.
  package var chunkLineBytes = 256
  /// An answer with its head; a longer one becomes a 500.
  package var answerBytes = 64 << 20
  /// The buffer a connection gets with its first byte; larger ones are not kept for reuse.
  package var bufferBytes = 4 << 10
  /// Buffers kept for reuse.
  package var sparePoolBuffers = 1024
  /// Answers to pipelined requests are collected up to this many bytes before they are sent.
  package var collectedAnswerBytes = 64 << 10

  /// From the accept, or from the first byte of a later request, to the end of its head.
  package var headMilliseconds = 10_000
  /// From the end of the head to the end of the body.
  package var bodyMilliseconds = 30_000
  /// Between an answer and the next request.
  package var idleMilliseconds = 60_000
  /// From the first refused write to the last accepted one.
  package var writeMilliseconds = 30_000
  /// How long a closed connection waits for the client to have read its last answer.
  package var lingerMilliseconds = 2_000

  /// Slots for connections of both kinds; every `RequestToken.slot` is below.
  package var slots: Int { connections + refusedConnections }

  /// The defaults.
  package init() {}
}
