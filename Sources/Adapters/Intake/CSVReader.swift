import Payments

/// Reads a CSV file (RFC 4180) row by row, keeping one piece of it in memory.
package struct CSVReader {
  package static let lineBytesMax = 1 << 20
  package static let columnsMax = 512
  private static let pieceBytes = 1 << 20

  private let source: ByteSource
  /// The piece that holds the present row.
  package private(set) var buffer: [UInt8] = []
  private var next = 0
  private var atEnd = false
  /// The present row's fields, as ranges of `buffer`.
  package private(set) var fields: [Range<Int>] = []
  /// Number of the present row's line, from 1.
  package private(set) var line = 0
  package private(set) var header: [String] = []

  /// Opens a file and reads its header.
  package init(path: String, pieces: (any InputPieces)? = nil) throws(InputError) {
    source = try ByteSource(path: path, pieces: pieces)
    guard try advance() else { throw InputError(.malformed, "\(path) is empty") }
    for field in fields {
      guard let text = String(validating: buffer[field], as: UTF8.self) else {
        throw InputError(.malformed, "\(path), line 1: the header is not UTF-8")
      }
      header.append(text.filter { $0 != " " })
    }
  }

  package var bytesRead: Int { source.bytesRead }
  /// Bytes of the file itself that were read, also where they are packed.
  package var bytesConsumed: Int { source.bytesConsumed }

  /// Moves to the next row that is not empty; false at the end.
  package mutating func advance() throws(InputError) -> Bool {
    while true {
      guard let end = try lineEnd() else { return false }
      let start = next
      next = end + 1
      line += 1
      var last = end
      if last > start, buffer[last - 1] == UInt8(ascii: "\r") { last -= 1 }
      if last == start { continue }
      try split(start..<last)
      return true
    }
  }

  /// The index of the line feed that ends the row at `next`, outside of quotes.
  private mutating func lineEnd() throws(InputError) -> Int? {
    var index = next
    var quoted = false
    while true {
      if scan(&index, &quoted) { return index }
      guard index - next <= CSVReader.lineBytesMax else {
        throw InputError(
          .tooLarge,
          "line \(line + 1) is longer than \(CSVReader.lineBytesMax) bytes"
        )
      }
      if atEnd {
        guard !quoted else { throw InputError(.malformed, "line \(line + 1): a quote is open") }
        guard next < buffer.count else { return nil }
        buffer.append(UInt8(ascii: "\n"))
        return buffer.count - 1
      }
      index -= next
      buffer.removeFirst(next)
      next = 0
      atEnd = try !source.read(CSVReader.pieceBytes, into: &buffer)
    }
  }

  /// Moves on to the next line feed outside of quotes; false where the piece has none.
  private func scan(_ index: inout Int, _ quoted: inout Bool) -> Bool {
    let span = buffer.span
    while index < span.count {
      let byte = span[index]
      if byte == UInt8(ascii: "\n"), !quoted { return true }
      if byte == UInt8(ascii: "\"") { quoted.toggle() }
      index += 1
    }
    return false
  }

  private mutating func split(_ row: Range<Int>) throws(InputError) {
    fields.removeAll(keepingCapacity: true)
    var start = row.lowerBound
    var index = start
    while index < row.upperBound {
      if buffer[index] == UInt8(ascii: "\""), index == start {
        let (field, after) = try unquote(from: index, end: row.upperBound)
        fields.append(field)
        if after == row.upperBound { return }
        start = after + 1
        index = start
        continue
      }
      if buffer[index] == UInt8(ascii: ",") {
        fields.append(start..<index)
        start = index + 1
      }
      index += 1
    }
    fields.append(start..<row.upperBound)
    guard fields.count <= CSVReader.columnsMax else {
      throw InputError(.tooLarge, "line \(line) has more than \(CSVReader.columnsMax) columns")
    }
  }

  /// Removes the quotes of a field in place; its range and the index of the comma behind it.
  private mutating func unquote(
    from start: Int,
    end: Int
  ) throws(InputError) -> (Range<Int>, Int) {
    var from = start + 1
    var to = start
    while from < end {
      if buffer[from] == UInt8(ascii: "\"") {
        guard from + 1 < end, buffer[from + 1] == UInt8(ascii: "\"") else {
          guard from + 1 == end || buffer[from + 1] == UInt8(ascii: ",") else { break }
          return (start..<to, from + 1)
        }
        from += 1
      }
      buffer[to] = buffer[from]
      to += 1
      from += 1
    }
    throw InputError(.malformed, "line \(line): a quoted field is not closed")
  }
}
