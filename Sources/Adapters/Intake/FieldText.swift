import Payments

/// What every text of a transaction, label or activity must be, by whatever door it comes.
enum FieldText {
  /// What is wrong with a text; nil where it may be kept.
  static func problem(_ text: borrowing Span<UInt8>) -> String? {
    if text.count > TransactionRecord.textBytesMax {
      return "is longer than \(TransactionRecord.textBytesMax) bytes"
    }
    return hasControls(text) ? "holds a control character" : nil
  }

  /// What is wrong with a text of bytes.
  static func problem(_ text: [UInt8]) -> String? {
    let span = text.span
    return problem(span)
  }

  /// Whether a text of bytes has control characters.
  static func hasControls(_ text: [UInt8]) -> Bool {
    let span = text.span
    return hasControls(span)
  }

  /// Whether it has a character that no list, letter or file shows: those below U+0020, and U+007F.
  static func hasControls(_ text: borrowing Span<UInt8>) -> Bool {
    for index in 0..<text.count where text[index] < 0x20 || text[index] == 0x7f { return true }
    return false
  }
}
