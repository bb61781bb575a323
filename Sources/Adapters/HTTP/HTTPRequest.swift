// Safety: the two pointers lie in the input buffer of a connection, which does not move while the
// application is borrowing the request: `receive` cannot keep a noncopyable borrowed value, and
// every span is lent to a closure. Ranges come from the parser, which proved them against the
// buffer.

/// A complete request, valid while `HTTPApplication.receive` runs.
@safe
package struct HTTPRequest: ~Copyable {
  /// The method.
  package let method: HTTPMethod
  /// 0 or 1, for HTTP/1.0 or HTTP/1.1.
  package let minorVersion: Int
  /// Where the client is.
  package let peer: PeerAddress
  /// Which of the loop's ports it came by, in their order.
  package let listener: Int
  /// Bytes that are readable from the first byte of the body; at least 64 more than the body has.
  package let readableBytes: Int
  private let head: UnsafeRawBufferPointer
  private let content: UnsafeRawBufferPointer
  private let path: Range<Int>
  private let query: Range<Int>
  private let fields: Range<Int>

  init(
    _ parser: borrowing RequestParser,
    _ input: borrowing ByteBuffer,
    from peer: PeerAddress,
    by listener: Int
  ) {
    self.peer = peer
    self.listener = listener
    method = parser.method
    minorVersion = parser.scan.minorVersion
    let bodyEnd = parser.bodyStart + parser.bodyLength
    let memory = unsafe UnsafeRawBufferPointer(start: input.base, count: input.count)
    let readable = input.capacity + ByteBuffer.padding
    unsafe head = UnsafeRawBufferPointer(
      rebasing: memory[parser.start..<parser.start + parser.scan.position]
    )
    unsafe content = UnsafeRawBufferPointer(rebasing: memory[parser.bodyStart..<bodyEnd])
    readableBytes = readable - parser.bodyStart
    fields = parser.scan.fields..<parser.scan.position
    var target = parser.scan.target
    if unsafe head[target.lowerBound] == 0x68 || head[target.lowerBound] == 0x48 {
      // `http://host/path`: the path begins at the first slash after the two of the scheme.
      var index = target.lowerBound
      var slashes = 0
      while index < target.upperBound {
        if unsafe head[index] == 0x2F {
          slashes += 1
          if slashes == 3 { break }
        }
        index += 1
      }
      target = index..<target.upperBound
    }
    var end = target.lowerBound
    while unsafe end < target.upperBound && head[end] != 0x3F { end += 1 }
    path = target.lowerBound..<end
    query = min(end + 1, target.upperBound)..<target.upperBound
  }

  /// The same request with another body.
  private init(_ request: borrowing HTTPRequest, body: UnsafeRawBufferPointer) {
    method = request.method
    minorVersion = request.minorVersion
    peer = request.peer
    listener = request.listener
    unsafe head = request.head
    unsafe content = UnsafeRawBufferPointer(rebasing: body.dropLast(ByteBuffer.padding))
    readableBytes = body.count
    (path, query, fields) = (request.path, request.query, request.fields)
  }

  /// Lends the request with another body; the array's last 64 bytes are the padding behind it.
  package func withBody<Result>(
    replacedBy body: [UInt8],
    _ use: (borrowing HTTPRequest) -> Result
  ) -> Result {
    precondition(body.count >= ByteBuffer.padding, "a body has its padding")
    return unsafe body.withUnsafeBytes { unsafe use(HTTPRequest(self, body: $0)) }
  }

  private static func span<Result>(
    _ bytes: UnsafeRawBufferPointer,
    _ range: Range<Int>,
    _ use: (Span<UInt8>) -> Result
  ) -> Result {
    let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
    return unsafe use(part.bindMemory(to: UInt8.self).span)
  }

  /// Lends the body, which is followed by readable padding; `readableBytes` counts both.
  package func withBody<Result>(_ use: (RawSpan) -> Result) -> Result {
    unsafe use(content.bytes)
  }

  /// Lends the path as it was sent, without query.
  package func withPath<Result>(_ use: (Span<UInt8>) -> Result) -> Result {
    unsafe Self.span(head, path, use)
  }

  /// Lends the query as it was sent, without its question mark.
  package func withQuery<Result>(_ use: (Span<UInt8>) -> Result) -> Result {
    unsafe Self.span(head, query, use)
  }

  /// Lends the header fields as they were sent, line by line.
  package func withFields<Result>(_ use: (Span<UInt8>) -> Result) -> Result {
    unsafe Self.span(head, fields, use)
  }

  /// Lends the value of the first field with this name, in any case, without surrounding blanks.
  package func withHeader<Result>(
    _ name: StaticString,
    _ use: (Span<UInt8>) -> Result
  ) -> Result? {
    guard let value = unsafe Self.span(head, fields, { FieldLines.value(of: name, in: $0) })
    else { return nil }
    let start = fields.lowerBound
    return unsafe Self.span(head, start + value.lowerBound..<start + value.upperBound, use)
  }
}
