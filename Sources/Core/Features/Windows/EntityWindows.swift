import Payments

/// Every window of every entity of one kind: one ring of events an entity, each event with the
/// prefix sums of all measures before it, so that a window is the difference of two events.
///
/// A sentinel after the newest event holds the totals and a time later than all. Each window's
/// ends are cursors that only move forwards, so that an event costs amortised O(1) a window
/// whatever its length; events that arrive late are inserted in their place and read by binary
/// search. Memory: `WindowPlan.stride` bytes an event in rings of powers of two, and a header of
/// 40 bytes plus four a cursor an entity.
final class EntityWindows {
  /// At most 2^20 - 2 events are kept for one entity; beyond it the oldest are forgotten.
  static let ringLogMax = 20

  let plan: WindowPlan
  /// Age beyond which an event is outside of every window that can still be asked for, µs.
  ///
  /// So it never shows when an event's memory is reused.
  let horizon: Int64
  let stride: Int
  let words: Int
  private let headers: Memory
  private let headerStride: Int
  var rings: Rings
  let memory: Memory
  var table: EntityTable
  private(set) var eventCount = 0

  /// Small arrays of the hot path, in raw memory: see `Scratch`.
  let scratch: Memory
  private let offsetCount: Int
  private let measureCount: Int
  /// Bit n: measure n is a sum of three words.
  private let sums: UInt64
  /// The next transaction's name as `announce` hashed it, and the entity that it probably is.
  private var announced: UInt32 = 0
  private var candidate = -1
  /// The entity and event of the last transaction; -1 where it names no entity.
  private(set) var entity = -1
  private(set) var position: UInt32 = 0
  private(set) var lastWasLate = false
  /// Whether the entity ever held more events than are kept.
  private(set) var approximate = false

  /// Layout of `scratch`.
  ///
  /// What the next event adds to each word, the plan's offsets, and the samples of the last event:
  /// its index and its slot, number 0 with it, 1 without it, from 2 on at the offsets.
  enum Scratch {
    static let deltas = 0
    static let offsets = 1024
    static let samples = 8192
    static let size = 65_536
    static let offsetsMax = 512
    static let measuresMax = 64
  }

  private enum Header {
    static let ring = 0
    static let head = 4
    static let tail = 8
    static let log = 12
    static let last = 16
    static let name = 24
    static let flags = 28
    static let cursors = 32
  }

  init(plan: WindowPlan, lateBound: Int64, seed: UInt64, reserve: Int) {
    self.plan = plan
    horizon = (plan.offsets.last ?? 0) + lateBound
    stride = plan.stride
    words = (plan.stride - WindowPlan.eventHeader) / 4
    headerStride = (Header.cursors + 4 * plan.offsets.count + 7) & ~7
    headers = Memory(reserve: reserve)
    rings = Rings(stride: plan.stride, reserve: reserve)
    memory = rings.memory
    table = EntityTable(seed: seed, reserve: reserve)
    scratch = Memory(reserve: Scratch.size)
    offsetCount = plan.offsets.count
    measureCount = plan.measures.count
    sums = plan.measures.enumerated().reduce(0) {
      $0 | ($1.element.kind == .sum ? 1 << UInt64($1.offset) : 0)
    }
    for (number, offset) in plan.offsets.enumerated() {
      scratch.store(offset, at: Scratch.offsets + 8 * number)
    }
  }

  var entityCount: Int { table.count }

  @inline(__always)
  private func setSample(_ number: Int, _ index: UInt32, _ slot: Int) {
    scratch.store(index, at: Scratch.samples + 16 * number)
    scratch.store(Int64(slot), at: Scratch.samples + 16 * number + 8)
  }

  @inline(__always)
  func sampleIndex(_ number: Int) -> UInt32 { scratch.load(Scratch.samples + 16 * number) }

  @inline(__always)
  func sampleSlot(_ number: Int) -> Int {
    Int(scratch.load(Scratch.samples + 16 * number + 8, as: Int64.self))
  }

  private func intern(_ name: borrowing Span<UInt8>, hash: UInt32) -> Int {
    let (headers, stride) = (headers, headerStride)
    let found = table.intern(name, hash: hash) {
      Int(headers.load($0 * stride + Header.name, as: UInt32.self)) * 8
    }
    if let newName = found.newName {
      let header = found.entity * headerStride
      headers.store(UInt32(newName / 8), at: header + Header.name)
      headers.store(Int64.min, at: header + Header.last)
      let log = 2
      headers.store(UInt32(log), at: header + Header.log)
      let ring = rings.allocate(log: log)
      headers.store(ring, at: header + Header.ring)
      clearSentinel(Int(ring) * 8)
    }
    return found.entity
  }

  private func find(_ name: borrowing Span<UInt8>) -> Int? {
    let (headers, stride) = (headers, headerStride)
    return table.find(name) {
      Int(headers.load($0 * stride + Header.name, as: UInt32.self)) * 8
    }
  }

  private func clearSentinel(_ slot: Int) {
    memory.store(Int64.max, at: slot)
    var offset = 8
    while offset < stride {
      memory.store(UInt32(0), at: slot + offset)
      offset += 4
    }
  }

  /// Records a transaction that names no entity of this kind.
  func skip() { entity = -1 }

  /// Takes the name that `record` will be given next.
  ///
  /// An entity and its events are found by a chain of reads far apart in memory. This and the next
  /// two steps ask for them ahead, each for all kinds in turn, so that the kinds wait together.
  @inline(__always)
  func announce(_ name: borrowing Span<UInt8>) {
    announced = table.hash(name)
    table.prefetch(hash: announced)
  }

  @inline(__always)
  func prefetchHeader() {
    candidate = table.candidate(hash: announced)
    if candidate < 0 { return }
    headers.prefetch(candidate * headerStride)
    headers.prefetch(candidate * headerStride + headerStride - 1)
  }

  @inline(__always)
  func prefetchEvents() {
    let header = candidate * headerStride
    if header < 0 { return }
    table.prefetchName(at: Int(headers.load(header + Header.name, as: UInt32.self)) * 8)
    let ring = Int(headers.load(header + Header.ring, as: UInt32.self)) * 8
    let mask = (UInt32(1) << headers.load(header + Header.log, as: UInt32.self)) &- 1
    let head = headers.load(header + Header.head, as: UInt32.self)
    memory.prefetch(ring + Int(head & mask) * stride)
    memory.prefetch(ring + Int((head &+ 1) & mask) * stride + stride - 1)
    var place = header + Header.cursors
    let end = place + 4 * offsetCount
    while place < end {
      memory.prefetch(ring + Int(headers.load(place, as: UInt32.self) & mask) * stride)
      place += 4
    }
  }

  /// Records a transaction at its time and takes the samples of all windows around it.
  ///
  /// The name was announced; `scratch` holds what it adds to each word of the prefix sums.
  func record(
    _ name: borrowing Span<UInt8>,
    time: Int64,
    watermark: Int64,
    idHash: UInt32
  ) {
    entity = intern(name, hash: announced)
    let header = entity * headerStride
    let last = headers.load(header + Header.last, as: Int64.self)
    reserveSlot(header, watermark: watermark)
    let ring = Int(headers.load(header + Header.ring, as: UInt32.self)) * 8
    let mask = (UInt32(1) << headers.load(header + Header.log, as: UInt32.self)) &- 1
    let head = headers.load(header + Header.head, as: UInt32.self)
    headers.store(head &+ 1, at: header + Header.head)
    approximate = headers.load(header + Header.flags, as: UInt32.self) != 0
    eventCount += 1
    lastWasLate = time < last
    if lastWasLate {
      recordLate(header, ring, mask, head, last, time, idHash)
      return
    }
    headers.store(time, at: header + Header.last)
    let slot = ring + Int(head & mask) * stride
    memory.store(time, at: slot)
    memory.store(idHash, at: slot + 8)
    let next = ring + Int((head &+ 1) & mask) * stride
    memory.store(Int64.max, at: next)
    addPrefixes(from: slot, to: next)
    position = head
    setSample(0, head &+ 1, next)
    setSample(1, head, slot)
    let tail = headers.load(header + Header.tail, as: UInt32.self)
    var number = 0
    while number < offsetCount {
      let place = header + Header.cursors + 4 * number
      var index = headers.load(place, as: UInt32.self)
      if Int32(bitPattern: index &- tail) < 0 { index = tail }
      let limit = time - scratch.load(Scratch.offsets + 8 * number, as: Int64.self)
      var cursorSlot = ring + Int(index & mask) * stride
      while memory.load(cursorSlot, as: Int64.self) <= limit {
        index &+= 1
        cursorSlot = ring + Int(index & mask) * stride
      }
      headers.store(index, at: place)
      setSample(2 + number, index, cursorSlot)
      number += 1
    }
  }

  /// `to` = `from` + deltas, word by word; sums carry over their three words.
  @inline(__always)
  private func addPrefixes(from slot: Int, to next: Int) {
    var offset = WindowPlan.eventHeader
    var delta = Scratch.deltas
    var measure = 0
    while measure < measureCount {
      let low = scratch.load(delta, as: UInt32.self)
        .addingReportingOverflow(memory.load(slot + offset))
      memory.store(low.partialValue, at: next + offset)
      if sums >> UInt64(measure) & 1 == 1 {
        let middle = addWithCarry(
          memory.load(slot + offset + 4),
          scratch.load(delta + 4),
          carry: low.overflow
        )
        let high: UInt32 = memory.load(slot + offset + 8) &+ scratch.load(delta + 8)
        memory.store(middle.value, at: next + offset + 4)
        memory.store(high &+ (middle.carry ? 1 : 0), at: next + offset + 8)
        offset += 8
        delta += 8
      }
      offset += 4
      delta += 4
      measure += 1
    }
  }

  @inline(__always)
  private func addWithCarry(
    _ a: UInt32,
    _ b: UInt32,
    carry: Bool
  ) -> (value: UInt32, carry: Bool) {
    let total = UInt64(a) + UInt64(b) + (carry ? 1 : 0)
    return (UInt32(truncatingIfNeeded: total), total >> 32 != 0)
  }

  /// Inserts an event behind those of the same or an earlier time.
  private func recordLate(
    _ header: Int,
    _ ring: Int,
    _ mask: UInt32,
    _ head: UInt32,
    _ last: Int64,
    _ time: Int64,
    _ idHash: UInt32
  ) {
    let tail = headers.load(header + Header.tail, as: UInt32.self)
    let place = firstIndex(after: time, ring, mask, from: tail, to: head)
    var index = head
    while true {
      let from = ring + Int(index & mask) * stride
      let to = ring + Int((index &+ 1) & mask) * stride
      memory.copy(from: from, to: to, size: WindowPlan.eventHeader)
      addPrefixes(from: from, to: to)
      if index == place { break }
      index &-= 1
    }
    let slot = ring + Int(place & mask) * stride
    memory.store(time, at: slot)
    memory.store(idHash, at: slot + 8)
    position = place
    setSample(0, place &+ 1, ring + Int((place &+ 1) & mask) * stride)
    setSample(1, place, slot)
    for (number, offset) in plan.offsets.enumerated() {
      let cursor = header + Header.cursors + 4 * number
      if time <= last - offset { headers.add(1, at: cursor) }
      let found = firstIndex(after: time - offset, ring, mask, from: tail, to: place &+ 1)
      setSample(2 + number, found, ring + Int(found & mask) * stride)
    }
  }

  /// The first event later than `time`, by binary search between two indexes.
  private func firstIndex(
    after time: Int64,
    _ ring: Int,
    _ mask: UInt32,
    from start: UInt32,
    to end: UInt32
  ) -> UInt32 {
    var low: UInt32 = 0
    var high = end &- start
    while low < high {
      let middle = (low + high) / 2
      let slot = ring + Int((start &+ middle) & mask) * stride
      if memory.load(slot, as: Int64.self) <= time { low = middle + 1 } else { high = middle }
    }
    return start &+ low
  }

  /// Makes sure that one more event fits: forgets what is beyond the horizon, else doubles.
  private func reserveSlot(_ header: Int, watermark: Int64) {
    let log = Int(headers.load(header + Header.log, as: UInt32.self))
    let head = headers.load(header + Header.head, as: UInt32.self)
    var tail = headers.load(header + Header.tail, as: UInt32.self)
    let capacity = UInt32(1) << UInt32(log)
    if head &- tail &+ 2 <= capacity { return }
    let ring = Int(headers.load(header + Header.ring, as: UInt32.self)) * 8
    // Nothing is old before there is a time: a snapshot is restored without one.
    let limit = watermark == .min ? .min : watermark - horizon
    while tail != head,
      memory.load(ring + Int(tail & (capacity - 1)) * stride, as: Int64.self) <= limit
    {
      tail &+= 1
    }
    if head &- tail &+ 2 > capacity, log >= EntityWindows.ringLogMax {
      tail &+= 1
      headers.store(UInt32(1), at: header + Header.flags)
    }
    eventCount -= Int(tail &- headers.load(header + Header.tail, as: UInt32.self))
    headers.store(tail, at: header + Header.tail)
    // Doubling while more than half is in use keeps the cost of forgetting amortised.
    if head &- tail &+ 2 > capacity / 2, log < EntityWindows.ringLogMax {
      double(header, ring, log, tail, head)
    }
  }

  private func double(_ header: Int, _ ring: Int, _ log: Int, _ tail: UInt32, _ head: UInt32) {
    let unit = rings.allocate(log: log + 1)
    let oldMask = (UInt32(1) << UInt32(log)) - 1
    let newMask = oldMask * 2 + 1
    var index = tail
    while index != head &+ 1 {
      memory.copy(
        from: ring + Int(index & oldMask) * stride,
        to: Int(unit) * 8 + Int(index & newMask) * stride,
        size: stride
      )
      index &+= 1
    }
    rings.release(UInt32(ring / 8), log: log)
    headers.store(unit, at: header + Header.ring)
    headers.store(UInt32(log + 1), at: header + Header.log)
  }

  /// Adds an entity that has no events.
  func addEntity(_ name: borrowing Span<UInt8>) { _ = intern(name, hash: table.hash(name)) }

  func known(_ name: borrowing Span<UInt8>) -> Int? { find(name) }

  func ringOf(_ entity: Int) -> (ring: Int, mask: UInt32, tail: UInt32, head: UInt32) {
    let header = entity * headerStride
    return (
      Int(headers.load(header + Header.ring, as: UInt32.self)) * 8,
      (UInt32(1) << headers.load(header + Header.log, as: UInt32.self)) &- 1,
      headers.load(header + Header.tail), headers.load(header + Header.head)
    )
  }

  /// The first event of an entity at or after a time.
  func first(at time: Int64, _ entity: Int) -> UInt32 {
    let place = ringOf(entity)
    return firstIndex(after: time - 1, place.ring, place.mask, from: place.tail, to: place.head)
  }

  func name(of entity: Int) -> [UInt8] {
    let offset = headers.load(entity * headerStride + Header.name, as: UInt32.self)
    return table.name(at: Int(offset) * 8)
  }

  func isApproximate(_ entity: Int) -> Bool {
    headers.load(entity * headerStride + Header.flags, as: UInt32.self) != 0
  }

  func markApproximate(_ entity: Int) {
    headers.store(UInt32(1), at: entity * headerStride + Header.flags)
  }
}
