import Payments

extension [UInt8] {
  mutating func append(_ text: String) { append(contentsOf: text.utf8) }

  /// Appends a number that is not negative.
  mutating func append(decimal value: Int64, width: Int = 1) {
    let start = count
    var rest = value
    repeat {
      append(UInt8(48 + rest % 10))
      rest /= 10
    } while rest > 0 || count - start < width
    self[start...].reverse()
  }

  /// Appends an amount, not negative, with as many places as its currency has.
  mutating func append(minorUnits amount: Int64, scale: UInt8 = 2) {
    var unit: Int64 = 1
    for _ in 0..<scale { unit *= 10 }
    append(decimal: amount / unit)
    guard scale > 0 else { return }
    append(UInt8(ascii: "."))
    append(decimal: amount % unit, width: Int(scale))
  }

  /// Appends `2026-01-31 23:59:59`, without a zone.
  mutating func append(plain time: Timestamp) {
    let start = count
    time.appendISO8601(to: &self)
    self[start + 10] = UInt8(ascii: " ")
    removeLast()
  }
}
