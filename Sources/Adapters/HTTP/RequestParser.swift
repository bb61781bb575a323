/// Finds one request after another in the bytes of a connection.
///
/// Two judges read every head and chunk line: `HeadScan`, then libhttp-parser. Both see whole units
/// only, so the outcome does not depend on how the bytes were cut into packets.
struct RequestParser {
  enum Progress: Equatable {
    /// The bytes present end within a request, or between two.
    case needsMore
    /// The client waits for `100 Continue` before it sends the body.
    case wantsContinue
    /// A request is complete.
    case complete
    /// The head of a request is complete whose body the application reads itself.
    case apart(TakenConnection.Length)
    case refused(Refusal)
  }

  private enum Stage {
    case head
    case body(wanted: Int)
    case chunkLine
    /// Counts the two bytes of the line end after the chunk.
    case chunk(remaining: Int)
    case trailers
    case complete
  }

  /// Where the request begins in the buffer; what is before has been answered.
  private(set) var start = 0
  /// Where the body begins in the buffer.
  private(set) var bodyStart = 0
  /// Body bytes so far; chunks are joined in place.
  private(set) var bodyLength = 0
  /// The judged parts of the head.
  private(set) var scan = HeadScan()
  private(set) var method = HTTPMethod.get
  private(set) var keepsAlive = false
  private var stage = Stage.head
  private var trailer = HeadScan.trailer
  private var framing = FramingParser()
  /// Everything before has been understood.
  private var parsed = 0

  /// Whether the head is complete and the body is being received.
  var isInBody: Bool {
    switch stage {
    case .body, .chunkLine, .chunk, .trailers: true
    case .head, .complete: false
    }
  }

  /// Reads on; call again after `wantsContinue`, and after `needsMore` with more bytes.
  mutating func advance(_ input: inout ByteBuffer, _ limits: Limits) -> Progress {
    while true {
      let step =
        switch stage {
        case .head: head(input, limits)
        case .body(let wanted): body(input, wanted)
        case .chunkLine: chunkLine(input, limits)
        case .chunk(let remaining): chunk(&input, remaining)
        case .trailers: trailers(input, limits)
        case .complete: Progress.complete as Progress?
        }
      guard let step else { continue }
      if step == .needsMore { closeGap(&input) }
      return step
    }
  }

  /// Goes on to the next request, which begins after the complete one.
  mutating func next(_ input: inout ByteBuffer) {
    start = parsed
    if start == input.count {
      input.truncate(to: 0)
      start = 0
    }
    restart()
  }

  /// Forgets everything, for a new connection.
  mutating func reset() {
    start = 0
    restart()
  }

  /// Moves the unanswered bytes to the front of the buffer.
  mutating func compact(_ input: inout ByteBuffer) {
    input.remove(0..<start)
    parsed -= start
    bodyStart -= start
    start = 0
  }

  private mutating func restart() {
    parsed = start
    bodyStart = start
    bodyLength = 0
    stage = .head
    scan = HeadScan()
    trailer = .trailer
  }

  /// Takes the bytes between joined chunks and unread ones out of the buffer.
  private mutating func closeGap(_ input: inout ByteBuffer) {
    let bodyEnd = bodyStart + bodyLength
    guard isInBody, bodyEnd < parsed else { return }
    input.remove(bodyEnd..<parsed)
    parsed = bodyEnd
  }

  private mutating func head(
    _ input: borrowing ByteBuffer,
    _ limits: Limits
  ) -> Progress? {
    let verdict = input.withSpan(start..<input.count) { bytes in scan.advance(bytes, limits) }
    switch verdict {
    case .unfinished: return .needsMore
    case .refused(let refusal): return .refused(refusal)
    case .complete: break
    }
    let end = start + scan.position
    let head: FramingParser.Head
    do throws(FramingError) {
      head = try framing.head(input, start + scan.start..<end)
    } catch {
      return .refused(error.refusal)
    }
    guard head.isChunked == scan.isEncoded else { return .refused(.unsupportedEncoding) }
    guard targetIsUsable(input, head.method) else { return .refused(.malformedRequestLine) }
    method = head.method
    keepsAlive = head.keepsAlive
    parsed = end
    bodyStart = end
    if isApart(input, limits) {
      stage = .complete
      return .apart(head.isChunked ? .chunked : .bytes(head.bodyBytes))
    }
    guard head.bodyBytes <= limits.bodyBytes else { return .refused(.bodyTooLong) }
    stage = head.isChunked ? .chunkLine : .body(wanted: head.bodyBytes)
    let isAwaited = head.isChunked || head.bodyBytes > 0
    if scan.expectsContinue && scan.minorVersion == 1 && isAwaited && input.count == end {
      return .wantsContinue
    }
    return nil
  }

  /// A path, `*` for OPTIONS, or a whole `http` address.
  private func targetIsUsable(_ input: borrowing ByteBuffer, _ method: HTTPMethod) -> Bool {
    let target = start + scan.target.lowerBound..<start + scan.target.upperBound
    return input.withSpan(target) { bytes in
      bytes[0] == 0x2F || (bytes.count == 1 && bytes[0] == 0x2A && method == .options)
        || (bytes.count > 7 && bytes.matches("http://", at: 0..<7))
        || (bytes.count > 8 && bytes.matches("https://", at: 0..<8))
    }
  }

  /// Whether the body of a request is for the application to read.
  private func isApart(_ input: borrowing ByteBuffer, _ limits: Limits) -> Bool {
    guard method == .post else { return false }
    let target = start + scan.target.lowerBound
    for prefix in limits.bodiesApart {
      let count = prefix.utf8CodeUnitCount
      guard count <= scan.target.count else { continue }
      let isFound = input.withSpan(target..<target + count) {
        $0.matches(prefix, at: 0..<count)
      }
      if isFound { return true }
    }
    return false
  }

  private mutating func body(_ input: borrowing ByteBuffer, _ wanted: Int) -> Progress? {
    guard input.count - bodyStart >= wanted else { return .needsMore }
    bodyLength = wanted
    parsed = bodyStart + wanted
    stage = .complete
    return .complete
  }

  private mutating func chunkLine(
    _ input: borrowing ByteBuffer,
    _ limits: Limits
  ) -> Progress? {
    let unread = parsed..<min(input.count, parsed + limits.chunkLineBytes)
    let found = input.withSpan(unread) { ChunkLine(bytes: $0) }
    switch found {
    case .malformed: return .refused(.malformedChunk)
    case .unfinished:
      return unread.count == limits.chunkLineBytes ? .refused(.malformedChunk) : .needsMore
    case .complete(let length):
      let size: UInt64
      do throws(FramingError) {
        size = try framing.chunkLine(input, parsed..<parsed + length)
      } catch {
        return .refused(.malformedChunk)
      }
      guard size <= UInt64(limits.bodyBytes - bodyLength) else { return .refused(.bodyTooLong) }
      parsed += length
      stage = size == 0 ? .trailers : .chunk(remaining: Int(size) + 2)
      return nil
    }
  }

  private mutating func chunk(_ input: inout ByteBuffer, _ remaining: Int) -> Progress? {
    let taken = min(input.count - parsed, remaining)
    guard taken > 0 else { return .needsMore }
    do throws(FramingError) {
      try framing.chunk(input, parsed..<parsed + taken)
    } catch {
      return .refused(.malformedChunk)
    }
    let payload = min(taken, max(0, remaining - 2))
    input.move(parsed..<parsed + payload, to: bodyStart + bodyLength)
    bodyLength += payload
    parsed += taken
    stage = taken == remaining ? .chunkLine : .chunk(remaining: remaining - taken)
    return nil
  }

  private mutating func trailers(
    _ input: borrowing ByteBuffer,
    _ limits: Limits
  ) -> Progress? {
    let verdict = input.withSpan(parsed..<input.count) { bytes in
      trailer.advance(bytes, limits)
    }
    switch verdict {
    case .unfinished: return .needsMore
    case .refused(let refusal): return .refused(refusal)
    case .complete: break
    }
    do throws(FramingError) {
      try framing.trailers(input, parsed..<parsed + trailer.position)
    } catch {
      return .refused(.malformedTrailer)
    }
    parsed += trailer.position
    stage = .complete
    return .complete
  }
}
