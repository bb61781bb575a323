/// Doubles as integers in the same order, so that one kind of column holds money and numbers.
enum OrderedDouble {
  /// The value must not be NaN; zeros of both signs are one.
  @inline(__always)
  static func encode(_ value: Double) -> Int64 {
    let bits = Int64(bitPattern: (value == 0 ? 0 : value).bitPattern)
    return bits >= 0 ? bits : bits ^ .max
  }

  @inline(__always)
  static func decode(_ order: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: order >= 0 ? order : order ^ .max))
  }
}
