import Journal

/// The newest decisions by key, so that a read right after its write finds it.
struct RecentRing {
  static let slots = 1 << 15

  private var keys = [UInt64](repeating: 0, count: RecentRing.slots)
  private var positions = [UInt64](repeating: 0, count: RecentRing.slots)

  mutating func note(_ key: UInt64, _ position: Position) {
    let slot = Int(truncatingIfNeeded: key >> 20) & (RecentRing.slots - 1)
    keys[slot] = key
    positions[slot] = position.bytes
  }

  func find(_ key: UInt64) -> Position? {
    let slot = Int(truncatingIfNeeded: key >> 20) & (RecentRing.slots - 1)
    return keys[slot] == key ? Position(bytes: positions[slot]) : nil
  }
}
