/// Takes a chunked body apart (RFC 9112, 7.1), however its bytes are cut into pieces.
package struct ChunkedDecoder {
  private enum Stage: Equatable {
    case line
    case data(remaining: UInt64)
    /// The line end behind a chunk.
    case dataEnd
    case trailers
    case complete
  }

  private static let lineBytesMax = 256
  private static let trailerBytesMax = 16 << 10

  private var stage = Stage.line
  /// What is there of a line that is not complete.
  private var line: [UInt8] = []
  private var trailerBytes = 0

  package init() {}

  /// Whether the last chunk and the trailers have come.
  package var isComplete: Bool { stage == .complete }

  /// Takes a piece and appends the part of the body in it; what follows the body is left aside.
  package mutating func take(_ piece: [UInt8], into body: inout [UInt8]) throws(BodyError) {
    var index = 0
    while index < piece.count, stage != .complete {
      if case .data(let remaining) = stage {
        let count = Int(min(remaining, UInt64(piece.count - index)))
        body.append(contentsOf: piece[index..<index + count])
        index += count
        let left = remaining - UInt64(count)
        stage = left == 0 ? .dataEnd : .data(remaining: left)
        continue
      }
      line.append(piece[index])
      index += 1
      if line.last == UInt8(ascii: "\n") {
        try endLine()
        line.removeAll(keepingCapacity: true)
      } else if line.count > Self.lineBytesMax, stage != .trailers {
        throw .malformed("the line of a chunk is too long")
      } else if stage == .trailers, trailerBytes + line.count > Self.trailerBytesMax {
        throw .malformed("the trailers are too long")
      }
    }
  }

  private mutating func endLine() throws(BodyError) {
    guard line.count >= 2, line[line.count - 2] == UInt8(ascii: "\r") else {
      throw .malformed("a line of the chunked body does not end in CR LF")
    }
    switch stage {
    case .line:
      guard ChunkLine(bytes: line.span) == .complete(length: line.count) else {
        throw .malformed("a chunk has no size")
      }
      let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "\r") }
      guard let size = UInt64(String(decoding: digits, as: UTF8.self), radix: 16) else {
        throw .malformed("a chunk has no size")
      }
      stage = size == 0 ? .trailers : .data(remaining: size)
    case .dataEnd:
      guard line.count == 2 else { throw .malformed("a chunk is longer than its size") }
      stage = .line
    default:
      if line.count == 2 { stage = .complete }
      trailerBytes += line.count
    }
  }
}
