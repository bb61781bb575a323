import Payments

/// The names that a transaction has for its looks, with their hashes and what they most likely
/// lead to.
struct LookNames {
  private let state: Memory
  /// The names, one behind the other.
  let bytes: Memory

  private static let lookBytes = 16

  init(looks: Int, reservation: Reservation) {
    state = reservation.region(LookNames.lookBytes * max(1, looks))
    bytes = reservation.region(max(1, looks) * Look.nameBytesMax)
  }

  /// Where the name of a look stands; the count is 0 where a part of it is absent.
  @inline(__always)
  func name(_ look: Int) -> (start: Int, count: Int) {
    let place = LookNames.lookBytes * look
    return (Int(state.load(place, as: UInt32.self)), Int(state.load(place + 4, as: UInt32.self)))
  }

  @inline(__always)
  func setName(_ look: Int, start: Int, count: Int) {
    let place = LookNames.lookBytes * look
    state.store(UInt32(truncatingIfNeeded: start), at: place)
    state.store(UInt32(truncatingIfNeeded: count), at: place + 4)
  }

  @inline(__always)
  func hash(_ look: Int) -> UInt32 {
    state.load(LookNames.lookBytes * look + 8)
  }

  @inline(__always)
  func setHash(_ look: Int, _ hash: UInt32) {
    state.store(hash, at: LookNames.lookBytes * look + 8)
  }

  /// The entity that the name most likely is, or -1.
  @inline(__always)
  func candidate(_ look: Int) -> Int {
    Int(state.load(LookNames.lookBytes * look + 12, as: Int32.self))
  }

  @inline(__always)
  func setCandidate(_ look: Int, _ entity: Int) {
    let place = LookNames.lookBytes * look + 12
    state.store(Int32(truncatingIfNeeded: entity), at: place)
  }
}

extension Profile {
  // An entity and its events are found by a chain of reads far apart in memory: its place in the
  // hash table, its header, then its name and its events. They are asked for ahead in steps, each
  // for all looks in turn, so that these wait together.

  /// Notes and hashes the names of some looks, and asks for their places in the hash tables.
  func note(_ record: borrowing Span<UInt8>, _ numbers: Table<Int>) {
    let (looks, windows, names) = (looks, windows, names)
    var start = 0
    for place in 0..<numbers.count {
      let number = numbers[place]
      let look = looks.row(number)
      let end = note(look, record, names.bytes, at: start)
      names.setName(number, start: start, count: max(0, end - start))
      if end < 0 { continue }
      let table = windows[look.fields.kind].table
      let hash = names.bytes.withBytes(at: start, count: end - start) { table.hash($0) }
      names.setHash(number, hash)
      table.prefetch(hash)
      start = end
    }
  }

  func prefetchHeaders(_ numbers: Table<Int>) {
    let (looks, windows, names) = (looks, windows, names)
    for place in 0..<numbers.count {
      let number = numbers[place]
      if names.name(number).count == 0 { continue }
      let kind = windows[looks.row(number).fields.kind]
      names.setCandidate(number, kind.prefetchHeader(names.hash(number)))
    }
  }

  func prefetchEvents() {
    let (looks, windows, names) = (looks, windows, names)
    for number in 0..<looks.count where names.name(number).count > 0 {
      let candidate = names.candidate(number)
      if candidate >= 0 { windows[looks.row(number).fields.kind].prefetchEvents(candidate) }
    }
  }

  /// Calls back for each kind that keeps labels or dispositions and each entity of such a kind
  /// that a past transaction belongs to.
  func forEachFactEntity(
    _ record: borrowing Span<UInt8>,
    _ body: (_ kind: Int, _ entity: Int) -> Void
  ) {
    let (looks, windows, names, numbers) = (looks, windows, names, factLooks)
    note(record, numbers)
    prefetchHeaders(numbers)
    for place in 0..<numbers.count {
      let number = numbers[place]
      let candidate = names.candidate(number)
      if names.name(number).count > 0, candidate >= 0 { windows[number].prefetchNewest(candidate) }
    }
    for place in 0..<numbers.count {
      let number = numbers[place]
      let name = names.name(number)
      if name.count == 0 { continue }
      let (hash, candidate) = (names.hash(number), names.candidate(number))
      let entity = names.bytes.withBytes(at: name.start, count: name.count) {
        windows[number].find($0, hash: hash, candidate: candidate)
      }
      if entity >= 0 { body(looks[number].kind, entity) }
    }
  }

  /// Writes the name of a look among the others; its end, or -1 where a part is absent.
  @inline(__always)
  private func note(
    _ look: Row<Look>,
    _ record: borrowing Span<UInt8>,
    _ bytes: Memory,
    at start: Int
  ) -> Int {
    if look.fields.isSingle {
      let range = TransactionRecord.text(look.fields.first, record)
      if range.isEmpty { return -1 }
      bytes.write(record.extracting(range), at: start)
      return start + range.count
    }
    var end = note(part: look.fields.first, record, bytes, at: start)
    if end >= 0 { end = note(part: look.fields.second, record, bytes, at: end) }
    if end >= 0, look.fields.third >= 0 {
      end = note(part: look.fields.third, record, bytes, at: end)
    }
    return end
  }

  /// One part of several: its length and its bytes.
  @inline(__always)
  private func note(
    part slot: Int,
    _ record: borrowing Span<UInt8>,
    _ bytes: Memory,
    at start: Int
  ) -> Int {
    let range = TransactionRecord.text(slot, record)
    if range.isEmpty { return -1 }
    bytes.store(UInt16(truncatingIfNeeded: range.count), at: start)
    bytes.write(record.extracting(range), at: start + 2)
    return start + 2 + range.count
  }
}
