import Payments

/// Finds entities by their names: bytes to the number of a header.
///
/// Sixty-four bytes a bucket of seven, each slot a hash and a number; the names themselves stand in
/// a pool, whose places the headers hold.
struct EntityTable {
  private let buckets: HashBuckets
  let names: Pool
  private let seed: UInt64

  static let controlSize = HashBuckets.controlSize + Pool.controlSize

  init(seed: UInt64, reservation: Reservation, reserve: Int, control: Memory, at place: Int) {
    self.seed = seed
    buckets = HashBuckets(
      .stored,
      slotBytes: 8,
      slots: 7,
      reservation: reservation,
      reserve: reserve,
      control: control,
      at: place
    )
    names = Pool(
      memory: reservation.region(reserve),
      control: control,
      at: place + HashBuckets.controlSize
    )
  }

  var count: Int { buckets.count }

  /// Makes room for `count` entities in an empty table; false where they do not fit.
  func reserve(_ count: Int) -> Bool { buckets.reserve(count) }

  /// Never 0; the seed guards against crafted collisions.
  @inline(__always)
  func hash(_ name: borrowing Span<UInt8>) -> UInt32 {
    max(1, UInt32(truncatingIfNeeded: Fingerprint.of(name, seed: seed)))
  }

  @inline(__always)
  func prefetch(_ hash: UInt32) { buckets.prefetch(hash) }

  /// The entity of a name, or -1; `unit` tells where an entity's name stands.
  @inline(__always)
  func find(_ name: borrowing Span<UInt8>, _ hash: UInt32, unit: (Int) -> UInt32) -> Int {
    var bucket = buckets.first(hash)
    while true {
      var number = 0
      while number < buckets.slots {
        let slot: UInt64 = buckets.load(bucket + 8 * number)
        let entity = Int(slot & 0xffff_ffff)
        if UInt32(truncatingIfNeeded: slot >> 32) == hash, isNamed(name, at: unit(entity)) {
          return entity
        }
        number += 1
      }
      guard let following = buckets.next(bucket) else { return -1 }
      bucket = following
    }
  }

  /// The first entity with this hash, whatever its name, or -1.
  @inline(__always)
  func candidate(_ hash: UInt32) -> Int {
    let bucket = buckets.first(hash)
    var number = 0
    while number < buckets.slots {
      let slot = buckets.loadFirst(bucket + 8 * number)
      if UInt32(truncatingIfNeeded: slot >> 32) == hash { return Int(slot & 0xffff_ffff) }
      number += 1
    }
    return -1
  }

  func insert(_ entity: Int, _ hash: UInt32) {
    let slot = buckets.insert(hash)
    buckets.store(UInt64(hash) << 32 | UInt64(entity), at: slot)
  }

  func remove(_ entity: Int, _ hash: UInt32) {
    var bucket = buckets.first(hash)
    while true {
      for number in 0..<buckets.slots {
        let slot = bucket + 8 * number
        if buckets.load(slot, as: UInt64.self) == UInt64(hash) << 32 | UInt64(entity) {
          return buckets.remove(slot)
        }
      }
      guard let following = buckets.next(bucket) else { return }
      bucket = following
    }
  }

  // Names: a length and its bytes, in stretches of eight-byte classes.

  @inline(__always)
  private func size(_ count: Int) -> (sizeClass: Int, bytes: Int) {
    let bytes = (2 + count + 7) & ~7
    return (bytes / 8, bytes)
  }

  /// Whether one more name of so many bytes can be kept.
  @inline(__always)
  func holds(nameOf count: Int) -> Bool {
    let (sizeClass, bytes) = size(count)
    return sizeClass < Pool.classes && bytes <= names.room
  }

  /// Keeps a name; its unit in the pool.
  func keep(_ name: borrowing Span<UInt8>) -> UInt32 {
    let (sizeClass, bytes) = size(name.count)
    let unit = names.allocate(sizeClass, bytes: bytes)
    names.memory.store(UInt16(name.count), at: Int(unit) * 8)
    names.memory.write(name, at: Int(unit) * 8 + 2)
    return unit
  }

  /// A hash of a name and its length that goes on from another.
  @inline(__always)
  func digest(_ start: UInt64, name unit: UInt32) -> UInt64 {
    let offset = Int(unit) * 8
    let bytes = 2 + Int(names.memory.load(offset, as: UInt16.self))
    var state = names.memory.fold(start, at: offset, words: bytes / 8)
    if bytes & 7 != 0 {
      // What stands behind a name in its stretch is of no account.
      let last: UInt64 = names.memory.load(offset + (bytes & ~7))
      state = Fold.step(state, last & ((1 << UInt64(8 * (bytes & 7))) - 1), 0)
    }
    return state
  }

  func forget(name unit: UInt32) {
    let (sizeClass, bytes) = size(Int(names.memory.load(Int(unit) * 8, as: UInt16.self)))
    names.release(unit, sizeClass, bytes: bytes)
  }

  @inline(__always)
  func isNamed(_ name: borrowing Span<UInt8>, at unit: UInt32) -> Bool {
    let offset = Int(unit) * 8
    return names.memory.load(offset, as: UInt16.self) == UInt16(truncatingIfNeeded: name.count)
      && names.memory.holds(name, at: offset + 2)
  }

  func name(at unit: UInt32) -> [UInt8] {
    let offset = Int(unit) * 8
    return names.memory.bytes(
      at: offset + 2,
      count: Int(names.memory.load(offset, as: UInt16.self))
    )
  }
}
