/// Texts that people write with editors of their own: configurations, rules, column maps.
package enum PlainText {
  /// What some editors put before a text in UTF-8.
  package static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The text of bytes in UTF-8, `unified`; nil where they are none.
  package static func decoded(_ bytes: some Collection<UInt8>) -> String? {
    String(validating: Array(bytes), as: UTF8.self).map(unified)
  }

  /// A text without a byte order mark, each of whose lines ends with a line feed: CR LF and a CR
  /// alone become one.
  package static func unified(_ text: String) -> String {
    var rest = text.utf8[...]
    if rest.starts(with: byteOrderMark) { rest = rest.dropFirst(byteOrderMark.count) }
    guard rest.count < text.utf8.count || rest.contains(carriageReturn) else { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rest.count)
    var previous: UInt8 = 0
    for byte in rest {
      if byte == carriageReturn {
        bytes.append(lineFeed)
      } else if byte != lineFeed || previous != carriageReturn {
        bytes.append(byte)
      }
      previous = byte
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The lines of a text, empty ones too, without the LF or CR LF that ends them.
  ///
  /// `split(separator: "\n")` would not find CR LF, which is one `Character`.
  package static func lines(_ text: String) -> [Substring] {
    text.utf8.split(separator: lineFeed, omittingEmptySubsequences: false).map { line in
      Substring(line.last == carriageReturn ? line.dropLast() : line)
    }
  }

  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
}
