extension Int128 {
  /// The nearest double for values of up to 63 bits; beyond, one rounding of each half and one of
  /// their sum, the same on every machine.
  @inline(__always)
  var asDouble: Double {
    if let small = Int64(exactly: self) { return Double(small) }
    let high = Int64(truncatingIfNeeded: self >> 64)
    let low = UInt64(truncatingIfNeeded: self)
    return Double(high) * 0x1p64 + Double(low)
  }
}

extension UInt128 {
  /// One rounding of each half and one of their sum.
  @inline(__always)
  var asDouble: Double {
    Double(UInt64(truncatingIfNeeded: self >> 64)) * 0x1p64
      + Double(UInt64(truncatingIfNeeded: self))
  }
}
