/// Reads a file line by line, keeping one piece of it in memory.
package struct LineReader {
  package static let lineBytesMax = CSVReader.lineBytesMax
  private static let pieceBytes = 256 << 10

  private let source: ByteSource
  private var buffer: [UInt8] = []
  private var next = 0
  private var atEnd = false
  /// Number of the present line, from 1.
  package private(set) var line = 0

  package init(path: String, pieces: (any InputPieces)? = nil) throws(InputError) {
    source = try ByteSource(path: path, pieces: pieces)
  }

  package var bytesRead: Int { source.bytesRead }
  /// Bytes of the file itself that were read, also where they are packed.
  package var bytesConsumed: Int { source.bytesConsumed }

  /// The next line that is not blank, without its end; nil at the file's end.
  package mutating func advance() throws(InputError) -> ArraySlice<UInt8>? {
    while true {
      guard let end = try lineEnd() else { return nil }
      let text = buffer[next..<end]
      next = min(end + 1, buffer.count)
      line += 1
      if text.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) { return text }
    }
  }

  /// Moves on to the next line feed; false where the piece has none.
  private func scan(_ index: inout Int) -> Bool {
    let span = buffer.span
    while index < span.count {
      if span[index] == 0x0A { return true }
      index += 1
    }
    return false
  }

  private mutating func lineEnd() throws(InputError) -> Int? {
    var index = next
    while true {
      if scan(&index) { return index }
      guard index - next <= LineReader.lineBytesMax else {
        throw InputError(
          .tooLarge,
          "line \(line + 1) is longer than \(LineReader.lineBytesMax) bytes"
        )
      }
      if atEnd { return next < buffer.count ? buffer.count : nil }
      index -= next
      buffer.removeFirst(next)
      next = 0
      atEnd = try !source.read(LineReader.pieceBytes, into: &buffer)
    }
  }
}
