import Payments

/// Every window of every entity of one kind: one ring of events an entity, each event with the
/// prefix sums of all measures before it, so that a window is the difference of two events.
///
/// A sentinel after the newest event holds the totals and a time later than all. Each window's
/// ends are cursors that only move forwards, so that an event costs amortised O(1) a window
/// whatever its length; events that arrive late are inserted in their place and read by binary
/// search. What prefix sums cannot tell stands in further columns of the event, in a tree over
/// the ring, or is kept for each window (`WindowPlan`).
///
/// Memory: `WindowPlan.slotBytes` an event in rings of powers of two; a header of 52 bytes, four a
/// cursor and 32 a tracked window, and about 15 of the hash table an entity.
///
/// The struct is a handle of one word over regions that its `EntityKind` owns.
struct EntityWindows {
  /// The most events kept for one entity is 2^20 - 2; see `coalesce`.
  static let ringLogMax = 20

  /// What the handle stands for, in a table of one row.
  struct Core {
    let layout: WindowLayout
    let horizon: Int64
    let ringLogLimit: Int
    let entitiesMax: Int
    let control: Memory
    let headers: Memory
    let rings: Pool
    let table: EntityTable
    let pairs: PairTable
    let ordered: OrderedValues
    let deltas: Memory
  }

  let core: Table<Core>

  @inline(__always)
  var layout: WindowLayout { core.first.layout }
  /// Age beyond which an event is outside of every window that can still be asked for, µs.
  ///
  /// So it never shows when an event's memory is reused.
  @inline(__always)
  var horizon: Int64 { core.first.horizon }
  var ringLogLimit: Int { core.first.ringLogLimit }
  var entitiesMax: Int { core.first.entitiesMax }
  @inline(__always)
  var control: Memory { core.first.control }
  @inline(__always)
  var headers: Memory { core.first.headers }
  @inline(__always)
  var rings: Pool { core.first.rings }
  @inline(__always)
  var table: EntityTable { core.first.table }
  @inline(__always)
  var pairs: PairTable { core.first.pairs }
  @inline(__always)
  var ordered: OrderedValues { core.first.ordered }
  /// What the next event adds to each word of the prefix sums, at the offsets of the event; then
  /// its own columns.
  @inline(__always)
  var deltas: Memory { core.first.deltas }

  /// Words of the control block.
  enum Control {
    static let events = 0
    static let entities = 8
    static let headersUsed = 16
    static let headersFree = 24
    /// The entities that were recorded longest ago and last, plus one.
    static let oldest = 32
    static let newest = 36
    static let evictedUntil = 40
    static let evictions = 48
    static let rings = 64
    static let table = rings + Pool.controlSize
    static let pairs = table + EntityTable.controlSize
    static let ordered = pairs + PairTable.controlSize
    /// Words of a tree that holds the values of a late transaction's window for a moment.
    static let lateTree = (ordered + Pool.controlSize + 7) & ~7
    static let size = lateTree + 32
  }

  /// Words of an entity's header; behind them its cursors, then its tracked windows.
  enum Header {
    static let ring = 0
    static let head = 4
    static let tail = 8
    static let log = 12
    /// The latest time at which its windows were looked at, µs.
    static let last = 16
    static let name = 24
    static let flags = 28
    static let hash = 32
    /// Events that were coalesced away, and the index behind the last coalesced one.
    static let coalesced = 36
    static let coalescedEnd = 40
    /// Its neighbours in the order in which entities were recorded last, plus one.
    static let older = 44
    static let newer = 48
    static let cursors = 52
  }

  enum Flags {
    /// Windows may miss something: events were coalesced, or the entity was evicted before.
    static let approximate: UInt32 = 1
  }

  @inline(__always)
  var events: Memory { rings.memory }

  @inline(__always)
  var stride: Int { layout.stride }

  var eventCount: Int { control.load(Control.events) }
  var entityCount: Int { control.load(Control.entities) }

  @inline(__always)
  func header(_ entity: Int) -> Int { entity &* layout.headerStride }

  /// An entity's ring as it is now.
  struct Ring {
    var start: Int
    var log: Int
    var mask: UInt32
    var tail: UInt32
    var head: UInt32
  }

  @inline(__always)
  func ring(_ header: Int) -> Ring {
    let log: UInt32 = headers.load(header + Header.log)
    return Ring(
      start: Int(headers.load(header + Header.ring, as: UInt32.self)) * 8,
      log: Int(log),
      mask: (UInt32(1) << log) &- 1,
      tail: headers.load(header + Header.tail),
      head: headers.load(header + Header.head)
    )
  }

  @inline(__always)
  func slot(_ index: UInt32, _ ring: Ring) -> Int {
    ring.start &+ Int(index & ring.mask) &* layout.stride
  }

  @inline(__always)
  func time(_ slot: Int) -> Int64 { events.load(slot) }

  // MARK: finding

  /// The entity of a name, or -1; `candidate` is the one that it was at some time before, or -1.
  @inline(__always)
  func find(_ name: borrowing Span<UInt8>, hash: UInt32, candidate: Int) -> Int {
    if candidate >= 0 {
      let header = header(candidate)
      // Without a hash the header is nobody's by now.
      if headers.load(header + Header.hash, as: UInt32.self) == hash,
        table.isNamed(name, at: headers.load(header + Header.name))
      {
        return candidate
      }
    }
    return find(name, hash: hash)
  }

  func find(_ name: borrowing Span<UInt8>, hash: UInt32) -> Int {
    let (headers, stride) = (headers, layout.headerStride)
    return table.find(name, hash) { headers.load($0 * stride + Header.name) }
  }

  func known(_ name: borrowing Span<UInt8>) -> Int? {
    let entity = find(name, hash: table.hash(name))
    return entity < 0 ? nil : entity
  }

  func name(of entity: Int) -> [UInt8] {
    table.name(at: headers.load(header(entity) + Header.name))
  }

  // MARK: recording

  /// Records an event of an entity at its time and takes the samples of all windows around it.
  ///
  /// `deltas` holds what it adds to each word and its own columns.
  func record(
    _ view: View,
    _ entity: Int,
    time: Int64,
    watermark: Int64,
    idHash: UInt32
  ) {
    let header = header(entity)
    touch(entity, header)
    reserveSlot(entity, header, watermark: watermark)
    let ring = ring(header)
    headers.store(ring.head &+ 1, at: header + Header.head)
    control.store(eventCount + 1, at: Control.events)
    let last: Int64 = headers.load(header + Header.last)
    let isLate = time < last
    view.entity = entity
    view.time = time
    view.isLate = isLate
    view.isCoalesced = headers.load(header + Header.coalesced, as: UInt32.self) != 0
    if isLate {
      insert(entity, header, ring, view, time, idHash)
      return
    }
    headers.store(time, at: header + Header.last)
    append(entity, header, ring, time, idHash)
    view.position = ring.head
    view.setSample(0, ring.head &+ 1, slot(ring.head &+ 1, ring))
    view.setSample(1, ring.head, slot(ring.head, ring))
    moveCursors(header, ring, time, view)
    advance(entity, header, view)
  }

  /// Looks at the windows of an entity, or of none (-1), without recording anything; `recorded` is
  /// the look that the transaction was recorded by.
  func look(_ view: View, _ entity: Int, time: Int64, recorded: View) {
    if entity >= 0, recorded.entity == entity {
      // An account that pays itself: its windows stand where recording left them.
      return view.copy(recorded, samples: 2 + layout.offsets.count)
    }
    view.entity = entity
    view.time = time
    view.isLate = false
    if entity < 0 { return }
    let header = header(entity)
    let ring = ring(header)
    view.isCoalesced = headers.load(header + Header.coalesced, as: UInt32.self) != 0
    if time < headers.load(header + Header.last, as: Int64.self) {
      view.isLate = true
      sampleBySearch(ring, view, time, newest: firstIndex(after: time, ring, to: ring.head))
      return
    }
    headers.store(time, at: header + Header.last)
    view.position = ring.head
    view.setSample(0, ring.head, slot(ring.head, ring))
    view.setSample(1, ring.head, slot(ring.head, ring))
    moveCursors(header, ring, time, view)
    advance(entity, header, view)
  }

  /// Moves each window's end to its first event later than the limit.
  @inline(__always)
  private func moveCursors(_ header: Int, _ ring: Ring, _ time: Int64, _ view: View) {
    let (events, headers, offsets, stride) = (events, headers, layout.offsets, layout.stride)
    var number = 0
    while number < offsets.count {
      let place = header &+ Header.cursors &+ 4 &* number
      var index: UInt32 = headers.load(place)
      if Int32(bitPattern: index &- ring.tail) < 0 { index = ring.tail }
      let limit = time &- offsets[number]
      var found = ring.start &+ Int(index & ring.mask) &* stride
      while events.load(found, as: Int64.self) <= limit {
        index &+= 1
        found = ring.start &+ Int(index & ring.mask) &* stride
      }
      headers.store(index, at: place)
      view.setSample(2 &+ number, index, found)
      number &+= 1
    }
  }

  /// Puts an event behind all others.
  private func append(
    _ entity: Int,
    _ header: Int,
    _ ring: Ring,
    _ time: Int64,
    _ idHash: UInt32
  ) {
    let slot = slot(ring.head, ring)
    let next = self.slot(ring.head &+ 1, ring)
    events.store(time, at: slot)
    events.store(idHash, at: slot + 8)
    events.store(Int64.max, at: next)
    addPrefixes(from: slot, to: next)
    // Snapshots and digests take events as they lie: nothing is left from an earlier use.
    events.store(UInt32(0), at: next + 8)
    if layout.padding >= 0 { events.store(UInt32(0), at: next + layout.padding) }
    if layout.hasColumns { appendColumns(entity, ring, slot, next) }
  }

  /// `to` = `from` + deltas, word by word; wide sums carry over their words.
  @inline(__always)
  func addPrefixes(from slot: Int, to next: Int) {
    let (events, deltas, count) = (events, deltas, layout.measureCount)
    let (wide, squares) = (layout.wide, layout.squares)
    var offset = WindowPlan.eventHeader
    var measure: UInt64 = 0
    while measure < count {
      let low: UInt32 = events.load(slot &+ offset)
      if wide >> measure & 1 == 0 {
        events.store(low &+ deltas.load(offset), at: next &+ offset)
        offset &+= 4
      } else {
        let isSquare = squares >> measure & 1 == 1
        offset = addWide(slot, next, offset, squares: isSquare, events, deltas)
      }
      measure &+= 1
    }
  }

  /// One sum of 96 bits or of 128; the offset behind it.
  @inline(__always)
  private func addWide(
    _ slot: Int,
    _ next: Int,
    _ offset: Int,
    squares: Bool,
    _ events: Memory,
    _ deltas: Memory
  ) -> Int {
    let low = events.load(slot &+ offset, as: UInt64.self)
      .addingReportingOverflow(deltas.load(offset))
    events.store(low.partialValue, at: next &+ offset)
    if squares {
      let high: UInt64 = events.load(slot &+ offset &+ 8) &+ deltas.load(offset &+ 8)
      events.store(high &+ (low.overflow ? 1 : 0), at: next &+ offset &+ 8)
      return offset &+ 16
    }
    let high: UInt32 = events.load(slot &+ offset &+ 8) &+ deltas.load(offset &+ 8)
    events.store(high &+ (low.overflow ? 1 : 0), at: next &+ offset &+ 8)
    return offset &+ 12
  }
}
