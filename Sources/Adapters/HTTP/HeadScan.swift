/// The first judge of a head: line ends, names, folding, control characters, counts and sizes.
///
/// It sees every byte once, however the bytes are cut into packets, and decides line by line, so
/// its verdict does not depend on the cuts. What it lets pass goes on to libhttp-parser as one
/// piece.
struct HeadScan {
  enum Verdict: Equatable {
    case unfinished, complete
    case refused(Refusal)
  }

  /// What a line is expected to be.
  private enum Part { case requestLine, fields }

  /// Where the request begins, after at most one empty line.
  private(set) var start = 0
  /// Where the target begins and ends.
  private(set) var target = 0..<0
  /// Where the field lines begin.
  private(set) var fields = 0
  /// After the verdict `complete`, where the head ends.
  private(set) var position = 0
  private(set) var minorVersion = 1
  private(set) var expectsContinue = false
  private(set) var isEncoded = false
  private var part = Part.requestLine
  private let isTrailer: Bool
  private var lineStart = 0
  private var fieldCount = 0
  private var hosts = 0
  private var lengths = 0

  /// A scan for a head.
  init() { isTrailer = false }

  /// A scan for the trailer fields of a chunked body.
  static var trailer: HeadScan { HeadScan(isTrailer: true) }

  private init(isTrailer: Bool) {
    self.isTrailer = isTrailer
    part = .fields
  }

  /// Looks at the bytes that came since the last call; `bytes` begins where it began before.
  mutating func advance(_ bytes: Span<UInt8>, _ limits: Limits) -> Verdict {
    var index = position
    let end = bytes.count
    while index < end {
      let byte = bytes[index]
      if byte >= 0x20 && byte != 0x7F {
        index += 1
        continue
      }
      switch byte {
      case 0x0D:
        guard index + 1 < end else {
          position = index
          return unfinished(bytes, limits)
        }
        guard bytes[index + 1] == 0x0A else { return .refused(.controlCharacter) }
        let verdict = line(bytes, until: index, limits)
        index += 2
        lineStart = index
        position = index
        if verdict == .complete { return complete(limits) }
        if verdict != .unfinished { return verdict }
        if index - start > limits.headBytes { return .refused(.headTooLong) }
      case 0x09 where part == .fields:
        index += 1
      case 0x0A:
        return .refused(.bareLineFeed)
      default:
        return .refused(.controlCharacter)
      }
    }
    position = index
    return unfinished(bytes, limits)
  }

  /// The limits that an unfinished line can already be above.
  private func unfinished(_ bytes: Span<UInt8>, _ limits: Limits) -> Verdict {
    if part == .requestLine {
      var index = lineStart
      while index < bytes.count && bytes[index] != 0x20 { index += 1 }
      if bytes.count - index - 1 > limits.targetBytes + Self.versionBytes {
        return .refused(.targetTooLong)
      }
    }
    return bytes.count - start > limits.headBytes ? .refused(.headTooLong) : .unfinished
  }

  private func complete(_ limits: Limits) -> Verdict {
    if position - start > limits.headBytes { return .refused(.headTooLong) }
    guard !isTrailer else { return .complete }
    if hosts == 0 && minorVersion == 1 { return .refused(.missingHost) }
    if isEncoded && minorVersion == 0 { return .refused(.unsupportedEncoding) }
    if isEncoded && lengths > 0 { return .refused(.ambiguousLength) }
    return .complete
  }

  private mutating func line(
    _ bytes: Span<UInt8>,
    until end: Int,
    _ limits: Limits
  ) -> Verdict {
    switch part {
    case .fields:
      if end == lineStart { return .complete }
      fieldCount += 1
      if fieldCount > limits.headerFields { return .refused(.tooManyFields) }
      return field(bytes, until: end)
    case .requestLine:
      if end == lineStart {
        guard start == 0 else { return .refused(.malformedRequestLine) }
        start = end + 2
        return .unfinished
      }
      part = .fields
      fields = end + 2
      return requestLine(bytes, until: end, limits)
    }
  }

  /// `SP HTTP/1.1`: what follows the target.
  private static let versionBytes = 9

  private mutating func requestLine(
    _ bytes: Span<UInt8>,
    until end: Int,
    _ limits: Limits
  ) -> Verdict {
    var index = lineStart
    while index < end && Self.isToken(bytes[index]) { index += 1 }
    guard index > lineStart, index < end, bytes[index] == 0x20 else {
      return .refused(.malformedRequestLine)
    }
    let isPreface = bytes.matches("PRI", at: lineStart..<index)
    let first = index + 1
    index = first
    while index < end && bytes[index] > 0x20 && bytes[index] < 0x7F && bytes[index] != 0x23 {
      index += 1
    }
    target = first..<index
    if target.count > limits.targetBytes { return .refused(.targetTooLong) }
    guard !target.isEmpty, !isPreface, end - index == Self.versionBytes,
      bytes.matches(" HTTP/", at: index..<index + 6), bytes[end - 2] == 0x2E,
      Self.isDigit(bytes[end - 3]), Self.isDigit(bytes[end - 1])
    else { return .refused(.malformedRequestLine) }
    guard bytes[end - 3] == 0x31, bytes[end - 1] <= 0x31 else {
      return .refused(.unknownVersion)
    }
    minorVersion = Int(bytes[end - 1] & 1)
    return .unfinished
  }

  private mutating func field(_ bytes: Span<UInt8>, until end: Int) -> Verdict {
    if bytes[lineStart] == 0x20 || bytes[lineStart] == 0x09 { return .refused(.foldedField) }
    var index = lineStart
    while index < end && Self.isToken(bytes[index]) { index += 1 }
    guard index > lineStart, index < end, bytes[index] == 0x3A else {
      return .refused(.malformedFieldName)
    }
    let name = lineStart..<index
    let value = FieldLines.trimmed(bytes, index + 1..<end)
    return weigh(name: name, value: value, bytes)
  }

  /// The fields on which the framing of the message depends.
  private mutating func weigh(
    name: Range<Int>,
    value: Range<Int>,
    _ bytes: Span<UInt8>
  ) -> Verdict {
    switch name.count {
    case 4 where bytes.matches("host", at: name):
      hosts += 1
      if isTrailer { return .refused(.malformedTrailer) }
      if hosts > 1 { return .refused(.repeatedHost) }
    case 6 where bytes.matches("expect", at: name):
      expectsContinue = bytes.matches("100-continue", at: value)
    case 14 where bytes.matches("content-length", at: name):
      lengths += 1
      if isTrailer { return .refused(.malformedTrailer) }
      if lengths > 1 { return .refused(.ambiguousLength) }
      if value.isEmpty || value.contains(where: { !Self.isDigit(bytes[$0]) }) {
        return .refused(.malformedLength)
      }
    case 17 where bytes.matches("transfer-encoding", at: name):
      if isTrailer { return .refused(.malformedTrailer) }
      if isEncoded || !bytes.matches("chunked", at: value) {
        return .refused(.unsupportedEncoding)
      }
      isEncoded = true
    default: break
    }
    return .unfinished
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  /// Letters, digits and ``!#$%&'*+-.^_`|~``, as two masks over the ASCII codes.
  private static func isToken(_ byte: UInt8) -> Bool {
    let low: UInt64 = 0x03FF_6CFA_0000_0000
    let high: UInt64 = 0x57FF_FFFF_C7FF_FFFE
    guard byte < 0x80 else { return false }
    return (byte < 0x40 ? low >> UInt64(byte) : high >> UInt64(byte - 0x40)) & 1 == 1
  }
}
