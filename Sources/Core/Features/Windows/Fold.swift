import Payments

/// The step of the state's digest: two words into a hash that goes on.
enum Fold {
  private static let key: UInt64 = 0xe703_7ed1_a0b4_28db

  @inline(__always)
  static func step(_ state: UInt64, _ first: UInt64, _ second: UInt64) -> UInt64 {
    Fingerprint.mix(state ^ first, second ^ key)
  }
}
