/// Where each text of a column last occurred among an entity's events, and how often it stands in
/// each window whose entropy is asked for.
///
/// A text is known by 64 bits of its fingerprint: among a million texts of one entity two are taken
/// for one with a chance of 3 in 10⁸. Sixteen bytes a pair and four a window of entropy.
struct PairTable {
  private let buckets: HashBuckets
  private let counters: Int

  static let controlSize = HashBuckets.controlSize

  init(counters: Int, reservation: Reservation, reserve: Int, control: Memory, at place: Int) {
    self.counters = counters
    buckets = HashBuckets(
      .mixed,
      slotBytes: 16 + (4 * counters + 7) & ~7,
      slots: 3,
      reservation: reservation,
      reserve: reserve,
      control: control,
      at: place
    )
  }

  typealias Slot = HashBuckets.Slot

  var count: Int { buckets.count }

  /// Makes room for `count` pairs in an empty table; false where they do not fit.
  func reserve(_ count: Int) -> Bool { buckets.reserve(count) }

  @inline(__always)
  func prefetch(_ key: UInt64, _ entity: Int) {
    buckets.prefetch(HashBuckets.mixed(key, UInt32(truncatingIfNeeded: entity)))
  }

  func find(_ key: UInt64, _ entity: Int) -> Slot? {
    let half = UInt32(truncatingIfNeeded: entity)
    var bucket = buckets.first(HashBuckets.mixed(key, half))
    while true {
      var number = 0
      while number < buckets.slots {
        let slot = bucket + number * buckets.slotBytes
        if buckets.load(slot, as: UInt64.self) == key,
          buckets.load(slot + 8, as: UInt32.self) == half
        {
          return slot
        }
        number += 1
      }
      guard let following = buckets.next(bucket) else { return nil }
      bucket = following
    }
  }

  func insert(_ key: UInt64, _ entity: Int, newest: UInt32) {
    let half = UInt32(truncatingIfNeeded: entity)
    let slot = buckets.insert(HashBuckets.mixed(key, half))
    buckets.store(key, at: slot)
    buckets.store(half, at: slot + 8)
    buckets.store(newest, at: slot + 12)
    for counter in 0..<counters { buckets.store(UInt32(0), at: slot + 16 + 4 * counter) }
  }

  func remove(_ slot: Slot) { buckets.remove(slot) }

  func newest(_ slot: Slot) -> UInt32 { buckets.load(slot + 12) }

  func setNewest(_ index: UInt32, at slot: Slot) { buckets.store(index, at: slot + 12) }

  func counter(_ number: Int, at slot: Slot) -> UInt32 { buckets.load(slot + 16 + 4 * number) }

  func setCounter(_ number: Int, _ value: UInt32, at slot: Slot) {
    buckets.store(value, at: slot + 16 + 4 * number)
  }
}
