import Payments

/// A hash table that grows by one bucket at a time (linear hashing, Litwin 1980), so that no
/// insertion ever waits for a whole table to move.
///
/// A bucket is a row of slots and a link to an overflow bucket; a slot whose first word is zero is
/// empty. On average 60 % of the slots are in use. Results never depend on the order of slots.
struct HashBuckets {
  /// Where the hash of a slot comes from.
  enum Hashing {
    /// The upper half of its first word.
    case stored
    /// Its first word and the half word behind it, mixed.
    case mixed
  }

  private let memory: Memory
  private let overflow: Pool
  private let control: Memory
  private let place: Int
  private let hashing: Hashing
  let slotBytes: Int
  let slots: Int
  private let bucketBytes: Int

  static let controlSize = 24 + Pool.controlSize
  private static let firstBuckets = 64

  init(
    _ hashing: Hashing,
    slotBytes: Int,
    slots: Int,
    reservation: Reservation,
    reserve: Int,
    control: Memory,
    at place: Int
  ) {
    self.hashing = hashing
    self.slotBytes = slotBytes
    self.slots = slots
    bucketBytes = (slotBytes * slots + 8 + 7) & ~7
    self.control = control
    self.place = place
    memory = reservation.region(reserve)
    overflow = Pool(memory: reservation.region(reserve), control: control, at: place + 24)
    control.store(HashBuckets.firstBuckets - 1, at: place)
  }

  /// Has as many buckets as a table has that grew to `count` slots in use; it must be empty.
  ///
  /// False where they do not fit.
  func reserve(_ count: Int) -> Bool {
    let unit = slots * 6
    let wanted = max(HashBuckets.firstBuckets, (count * 10 + unit - 1) / unit)
    guard self.count == 0, wanted * bucketBytes <= memory.capacity else { return false }
    let whole = 1 << (Int.bitWidth - 1 - wanted.leadingZeroBitCount)
    control.store(whole - 1, at: place)
    control.store(wanted - whole, at: place + 8)
    return true
  }

  /// Slots in use.
  var count: Int { control.load(place + 16) }

  /// A place in the table: an offset into the buckets, or, below zero, into the overflow.
  typealias Slot = Int

  @inline(__always)
  private func bucket(_ hash: UInt32) -> Int {
    let mask: Int = control.load(place)
    let split: Int = control.load(place + 8)
    let low = Int(hash) & mask
    return (low < split ? Int(hash) & (2 * mask + 1) : low) * bucketBytes
  }

  @inline(__always)
  func prefetch(_ hash: UInt32) {
    let start = bucket(hash)
    memory.prefetch(start)
    if bucketBytes > 64 { memory.prefetch(start + bucketBytes - 8) }
  }

  /// The first bucket of a hash.
  @inline(__always)
  func first(_ hash: UInt32) -> Slot { bucket(hash) }

  /// The bucket that continues another, or nil.
  @inline(__always)
  func next(_ bucket: Slot) -> Slot? {
    let link: UInt32 = load(bucket + bucketBytes - 8)
    return link == 0 ? nil : Int(link) * 8 + Int.min
  }

  @inline(__always)
  func load<T: BitwiseCopyable>(_ slot: Slot, as type: T.Type = T.self) -> T {
    slot < 0 ? overflow.memory.load(slot &- .min) : memory.load(slot)
  }

  /// Reads from a bucket that is not an overflow.
  @inline(__always)
  func loadFirst(_ slot: Slot) -> UInt64 { memory.load(slot) }

  @inline(__always)
  func store<T: BitwiseCopyable>(_ value: T, at slot: Slot) {
    if slot < 0 {
      overflow.memory.store(value, at: slot &- .min)
    } else {
      memory.store(value, at: slot)
    }
  }

  /// Makes room and returns an empty slot; the caller writes its first word.
  func insert(_ hash: UInt32) -> Slot {
    let count = count + 1
    control.store(count, at: place + 16)
    let mask: Int = control.load(place)
    let split: Int = control.load(place + 8)
    if count * 10 > (mask + 1 + split) * slots * 6 { grow(mask, split) }
    return emptySlot(in: bucket(hash))
  }

  private func emptySlot(in start: Slot) -> Slot {
    // Most buckets have room, and most are not in the overflow.
    if start >= 0 {
      var slot = start
      let end = start + slots * slotBytes
      while slot < end {
        if memory.load(slot, as: UInt64.self) == 0 { return slot }
        slot += slotBytes
      }
    }
    var bucket = start
    while true {
      for number in 0..<slots {
        let slot = bucket + number * slotBytes
        if load(slot, as: UInt64.self) == 0 { return slot }
      }
      guard let following = next(bucket) else { break }
      bucket = following
    }
    let unit = overflow.allocate(0, bytes: bucketBytes)
    overflow.memory.clear(Int(unit) * 8, size: bucketBytes)
    store(unit, at: bucket + bucketBytes - 8)
    return Int(unit) * 8 + Int.min
  }

  func remove(_ slot: Slot) {
    store(UInt64(0), at: slot)
    control.store(count - 1, at: place + 16)
  }

  @inline(__always)
  static func mixed(_ word: UInt64, _ half: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: Fingerprint.chain(word, UInt64(half)) >> 32)
  }

  @inline(__always)
  private func hash(of slot: Slot) -> UInt32 {
    switch hashing {
    case .stored: UInt32(truncatingIfNeeded: load(slot, as: UInt64.self) >> 32)
    case .mixed: HashBuckets.mixed(load(slot), load(slot + 8))
    }
  }

  /// Splits the next bucket in turn: the slots that belong to its new half move there.
  private func grow(_ mask: Int, _ split: Int) {
    let old = split * bucketBytes
    let new = (mask + 1 + split) * bucketBytes
    precondition(new + bucketBytes <= memory.capacity, "a hash table is full")
    if split == mask {
      control.store(2 * mask + 1, at: place)
      control.store(0, at: place + 8)
    } else {
      control.store(split + 1, at: place + 8)
    }
    var bucket: Slot? = old
    while let current = bucket {
      for number in 0..<slots {
        let slot = current + number * slotBytes
        if load(slot, as: UInt64.self) == 0 { continue }
        if Int(hash(of: slot)) & (2 * mask + 1) != mask + 1 + split { continue }
        let target = emptySlot(in: new)
        var offset = 0
        while offset < slotBytes {
          store(load(slot + offset, as: UInt64.self), at: target + offset)
          offset += 8
        }
        store(UInt64(0), at: slot)
      }
      bucket = next(current)
    }
    dropEmptyOverflow(old)
  }

  /// Gives back the overflow buckets of a bucket that hold nothing any more.
  private func dropEmptyOverflow(_ start: Slot) {
    var bucket = start
    while let following = next(bucket) {
      let isEmpty = (0..<slots).allSatisfy {
        load(following + $0 * slotBytes, as: UInt64.self) == 0
      }
      if isEmpty {
        store(load(following + bucketBytes - 8, as: UInt32.self), at: bucket + bucketBytes - 8)
        overflow.release(UInt32((following &- .min) / 8), 0, bytes: bucketBytes)
      } else {
        bucket = following
      }
    }
  }
}
