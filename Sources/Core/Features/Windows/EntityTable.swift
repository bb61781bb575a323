import Payments

/// Interns the names of entities: bytes to a dense number from 0 on.
///
/// Open addressing with linear probing, eight bytes a slot (hash and number), at most 60 % full;
/// the names themselves stand one after another. Results never depend on the table's order, so
/// that its hash may be seeded against crafted collisions.
struct EntityTable {
  private var slots: Memory
  private var mask: Int
  private let names: Memory
  private var namesUsed = 8
  private let seed: UInt64
  private(set) var count = 0
  private let reserve: Int

  init(seed: UInt64, reserve: Int) {
    self.seed = seed
    self.reserve = reserve
    mask = 1023
    slots = Memory(reserve: 8 * 1024)
    names = Memory(reserve: reserve)
  }

  @inline(__always)
  func hash(_ name: borrowing Span<UInt8>) -> UInt32 {
    UInt32(truncatingIfNeeded: Fingerprint.of(name, seed: seed))
  }

  @inline(__always)
  func prefetch(hash: UInt32) { slots.prefetch(8 * (Int(hash) & mask)) }

  @inline(__always)
  func prefetchName(at offset: Int) { names.prefetch(offset) }

  /// The entity that most likely has this hash, or -1.
  @inline(__always)
  func candidate(hash: UInt32) -> Int {
    var index = Int(hash) & mask
    while true {
      let slot: UInt64 = slots.load(8 * index)
      if slot == 0 { return -1 }
      if UInt32(truncatingIfNeeded: slot >> 32) == hash { return Int(slot & 0xffff_ffff) - 1 }
      index = (index + 1) & mask
    }
  }

  /// The number of an entity, and where its name stands if it is new.
  mutating func intern(
    _ name: borrowing Span<UInt8>,
    hash: UInt32,
    nameOffset: (Int) -> Int
  ) -> (entity: Int, newName: Int?) {
    var index = Int(hash) & mask
    while true {
      let slot: UInt64 = slots.load(8 * index)
      if slot == 0 { break }
      let entity = Int(slot & 0xffff_ffff) - 1
      if UInt32(truncatingIfNeeded: slot >> 32) == hash,
        isNamed(name, at: nameOffset(entity))
      {
        return (entity, nil)
      }
      index = (index + 1) & mask
    }
    let entity = count
    count += 1
    slots.store(UInt64(hash) << 32 | UInt64(count), at: 8 * index)
    let offset = namesUsed
    names.store(UInt32(name.count), at: offset)
    names.write(name, at: offset + 4)
    namesUsed += (4 + name.count + 7) & ~7
    if count * 10 > mask * 6 { grow() }
    return (entity, offset)
  }

  /// The number of a known entity.
  func find(_ name: borrowing Span<UInt8>, nameOffset: (Int) -> Int) -> Int? {
    let hash = hash(name)
    var index = Int(hash) & mask
    while true {
      let slot: UInt64 = slots.load(8 * index)
      if slot == 0 { return nil }
      let entity = Int(slot & 0xffff_ffff) - 1
      if UInt32(truncatingIfNeeded: slot >> 32) == hash,
        isNamed(name, at: nameOffset(entity))
      {
        return entity
      }
      index = (index + 1) & mask
    }
  }

  @inline(__always)
  private func isNamed(_ name: borrowing Span<UInt8>, at offset: Int) -> Bool {
    names.load(offset, as: UInt32.self) == UInt32(truncatingIfNeeded: name.count)
      && names.holds(name, at: offset + 4)
  }

  /// An entity's name by its place.
  func name(at offset: Int) -> [UInt8] {
    names.bytes(at: offset + 4, count: Int(names.load(offset, as: UInt32.self)))
  }

  private mutating func grow() {
    let oldMask = mask
    let old = slots
    mask = 2 * (mask + 1) - 1
    slots = Memory(reserve: 8 * (mask + 1))
    for index in 0...oldMask {
      let slot: UInt64 = old.load(8 * index)
      if slot == 0 { continue }
      var target = Int(slot >> 32) & mask
      while slots.load(8 * target, as: UInt64.self) != 0 { target = (target + 1) & mask }
      slots.store(slot, at: 8 * target)
    }
  }
}
