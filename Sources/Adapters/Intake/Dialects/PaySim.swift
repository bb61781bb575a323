package import Payments

/// What is particular to PaySim's transactions.
package enum PaySim {
  package static let stepSlot = 0
  /// A hundred years of hours.
  package static let stepMax = 876_600
  package static let types = ["PAYMENT", "TRANSFER", "CASH_OUT", "DEBIT", "CASH_IN"]

  static func isType(_ text: [UInt8]) -> Bool {
    types.contains { $0.utf8.elementsEqual(text) }
  }

  /// Step 0 of a file.
  package static let start = Timestamp(year: 2026, month: 1, day: 1)

  /// The event time of a file's step: one hour each.
  package static func time(ofStep step: Int) -> Timestamp {
    Timestamp(microseconds: start.microseconds + Int64(step) * 3_600_000_000)
  }

  /// A whole step; nil where it is not one.
  static func step(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    guard !range.isEmpty, range.count <= 7 else { return nil }
    var value = 0
    for byte in bytes[range] {
      guard byte >= 48, byte <= 57 else { return nil }
      value = value * 10 + Int(byte - 48)
    }
    return value <= stepMax ? value : nil
  }
}
