/// Takes a `multipart/form-data` body apart (RFC 7578), however its bytes are cut into pieces.
package struct MultipartParser {
  /// What stands in a body, in order.
  package enum Event: Equatable, Sendable {
    /// A part begins; its name, and the name of its file where it is one.
    case part(name: String, fileName: String?)
    /// Bytes of the part that began last, never none.
    case bytes(ArraySlice<UInt8>)
    /// The part is complete.
    case partEnd
  }

  private enum Stage { case preamble, boundaryEnd, head, content, epilogue }

  package static let boundaryBytesMax = 70
  private static let headBytesMax = 8 << 10
  private static let preambleBytesMax = 8 << 10
  private static let partsMax = 64

  private let delimiter: [UInt8]
  /// A first line end stands for the one that the first boundary may lack.
  private var pending: [UInt8] = [0x0D, 0x0A]
  private var stage = Stage.preamble
  private var parts = 0

  /// A parser for what a `Content-Type` field says; nil where it is no multipart form.
  package init?(contentType: String) {
    let words = contentType.split(separator: ";").map {
      String($0.drop { $0 == " " || $0 == "\t" })
    }
    guard let first = words.first,
      first.lowercased().prefix(19) == "multipart/form-data",
      let word = words.dropFirst().first(where: { $0.lowercased().hasPrefix("boundary=") })
    else { return nil }
    var boundary = Array(word.utf8.dropFirst("boundary=".utf8.count))
    while boundary.last == 0x20 || boundary.last == 0x09 { boundary.removeLast() }
    if boundary.count >= 2, boundary.first == 0x22, boundary.last == 0x22 {
      boundary = Array(boundary.dropFirst().dropLast())
    }
    guard (1...Self.boundaryBytesMax).contains(boundary.count),
      boundary.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { return nil }
    delimiter = Array("\r\n--".utf8) + boundary
  }

  /// Whether the boundary that ends the body has come.
  package var isComplete: Bool { stage == .epilogue }

  /// Takes a piece and tells what stands in it.
  package mutating func take(
    _ piece: [UInt8],
    _ tell: (Event) throws(BodyError) -> Void
  ) throws(BodyError) {
    if stage == .epilogue { return }
    pending.append(contentsOf: piece)
    var start = 0
    while try step(&start, tell) {}
    pending.removeFirst(start)
  }

  /// Goes on as far as the pending bytes tell; false where more are needed first.
  private mutating func step(
    _ start: inout Int,
    _ tell: (Event) throws(BodyError) -> Void
  ) throws(BodyError) -> Bool {
    switch stage {
    case .epilogue:
      start = pending.count
      return false
    case .preamble, .content:
      let isContent = stage == .content
      let (end, isDelimiter) = find(from: start)
      if isContent, end > start { try tell(.bytes(pending[start..<end])) }
      if !isContent, end > Self.preambleBytesMax { throw .malformed("there is no boundary") }
      start = end
      guard isDelimiter else { return false }
      if isContent { try tell(.partEnd) }
      start += delimiter.count
      stage = .boundaryEnd
      return true
    case .boundaryEnd:
      guard pending.count - start >= 2 else { return false }
      if pending[start] == 0x2D, pending[start + 1] == 0x2D {
        stage = .epilogue
        return true
      }
      guard pending[start] == 0x0D, pending[start + 1] == 0x0A else {
        throw .malformed("a boundary does not stand alone on its line")
      }
      parts += 1
      guard parts <= Self.partsMax else { throw .malformed("there are too many parts") }
      // The head begins with a line end, so that one without fields ends as any other.
      stage = .head
      return true
    case .head:
      guard let end = headEnd(from: start) else {
        guard pending.count - start <= Self.headBytesMax else {
          throw .malformed("the head of a part is too long")
        }
        return false
      }
      let head = String(decoding: pending[start..<end], as: UTF8.self)
      guard let (name, fileName) = Self.disposition(head) else {
        throw .malformed("a part has no name")
      }
      try tell(.part(name: name, fileName: fileName))
      start = end + 2
      stage = .content
      return true
    }
  }

  /// Where the delimiter stands, or the first place at which it may still come.
  private func find(from start: Int) -> (Int, Bool) {
    let bytes = pending.span
    var index = start
    while index < bytes.count {
      guard bytes[index] == 0x0D else {
        index += 1
        continue
      }
      var matched = 1
      while matched < delimiter.count, index + matched < bytes.count,
        bytes[index + matched] == delimiter[matched]
      {
        matched += 1
      }
      if matched == delimiter.count { return (index, true) }
      if index + matched == bytes.count { return (index, false) }
      index += 1
    }
    return (index, false)
  }

  /// Where the empty line behind a head begins.
  private func headEnd(from start: Int) -> Int? {
    let bytes = pending.span
    var index = start
    while index + 3 < bytes.count {
      if bytes[index] == 0x0D, bytes[index + 1] == 0x0A, bytes[index + 2] == 0x0D,
        bytes[index + 3] == 0x0A
      {
        return index + 2
      }
      index += 1
    }
    return nil
  }

  /// The names that a head's `Content-Disposition` gives.
  private static func disposition(_ head: String) -> (String, String?)? {
    for line in head.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "content-disposition",
        parts[1].drop(while: { $0 == " " }).lowercased().hasPrefix("form-data")
      else { continue }
      guard let name = parameter("name", String(parts[1])) else { return nil }
      return (name, parameter("filename", String(parts[1])))
    }
    return nil
  }

  /// The value of `name="…"`; a quote in it stands behind a backslash.
  private static func parameter(_ name: String, _ field: String) -> String? {
    let letters = Array(field.utf8)
    let wanted = Array((name + "=\"").utf8)
    var index = 0
    var isQuoted = false
    while index + wanted.count <= letters.count {
      let before = index == 0 ? UInt8(ascii: ";") : letters[index - 1]
      if !isQuoted, before == UInt8(ascii: ";") || before == UInt8(ascii: " "),
        letters[index..<index + wanted.count].elementsEqual(wanted)
      {
        var value: [UInt8] = []
        var place = index + wanted.count
        while place < letters.count, letters[place] != UInt8(ascii: "\"") {
          if letters[place] == UInt8(ascii: "\\"), place + 1 < letters.count { place += 1 }
          value.append(letters[place])
          place += 1
        }
        return place < letters.count ? String(decoding: value, as: UTF8.self) : nil
      }
      if letters[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
      index += 1
    }
    return nil
  }
}
