import Payments

/// What is known ahead of a transaction that is decided on soon: the names of its entities, their
/// hashes, and how far what they lead to has been asked for from memory.
///
/// An entity and its events are found by a chain of reads far apart: its place in the hash table,
/// its header, then its name and its events. Each step is asked for one transaction after the step
/// before, for all looks in turn, so that nothing waits for memory. It never changes a result: what
/// was found ahead is checked when it is used.
struct Announcement {
  private let state: Memory
  private let record: Memory
  /// The names, one behind the other.
  let names: Memory

  /// Steps that were taken.
  enum Stage {
    static let none: UInt32 = 0
    static let named: UInt32 = 1
    static let headers: UInt32 = 2
    static let events: UInt32 = 3
  }

  /// Longer transactions are not announced.
  static let recordBytesMax = 4096
  /// Where the looks start in `state`, and the bytes of each.
  private static let looks = 16
  private static let lookBytes = 16

  init(looks: Int, reservation: Reservation) {
    state = reservation.region(Announcement.looks + Announcement.lookBytes * max(1, looks))
    record = reservation.region(Announcement.recordBytesMax)
    names = reservation.region(max(1, looks) * Look.nameBytesMax)
  }

  @inline(__always)
  var stage: UInt32 {
    get { state.load(0) }
    nonmutating set { state.store(newValue, at: 0) }
  }

  /// Notes whose announcement it is.
  func keep(_ record: borrowing Span<UInt8>) {
    state.store(UInt32(truncatingIfNeeded: record.count), at: 4)
    self.record.write(record, at: 0)
  }

  /// Whether it was made for exactly this transaction.
  func isFor(_ record: borrowing Span<UInt8>) -> Bool {
    Int(state.load(4, as: UInt32.self)) == record.count && self.record.holds(record, at: 0)
  }

  /// Where the name of a look stands; the count is 0 where a part of it is absent.
  @inline(__always)
  func name(_ look: Int) -> (start: Int, count: Int) {
    let place = Announcement.looks + Announcement.lookBytes * look
    return (Int(state.load(place, as: UInt32.self)), Int(state.load(place + 4, as: UInt32.self)))
  }

  @inline(__always)
  func setName(_ look: Int, start: Int, count: Int) {
    let place = Announcement.looks + Announcement.lookBytes * look
    state.store(UInt32(truncatingIfNeeded: start), at: place)
    state.store(UInt32(truncatingIfNeeded: count), at: place + 4)
  }

  @inline(__always)
  func hash(_ look: Int) -> UInt32 {
    state.load(Announcement.looks + Announcement.lookBytes * look + 8)
  }

  @inline(__always)
  func setHash(_ look: Int, _ hash: UInt32) {
    state.store(hash, at: Announcement.looks + Announcement.lookBytes * look + 8)
  }

  /// The entity that the name most likely is, or -1.
  @inline(__always)
  func candidate(_ look: Int) -> Int {
    Int(state.load(Announcement.looks + Announcement.lookBytes * look + 12, as: Int32.self))
  }

  @inline(__always)
  func setCandidate(_ look: Int, _ entity: Int) {
    let place = Announcement.looks + Announcement.lookBytes * look + 12
    state.store(Int32(truncatingIfNeeded: entity), at: place)
  }
}

extension Profile {
  /// How many transactions can be announced before the first of them is recorded.
  package static let announcedMax = 3

  /// Says that a transaction is recorded soon, behind those that were announced before.
  ///
  /// It only saves time.
  package func announce(_ record: borrowing Span<UInt8>) {
    guard announcedCount < Profile.announcedMax, record.count <= Announcement.recordBytesMax
    else { return }
    for number in 0..<announcedCount {
      advance(announcements[(firstAnnounced + number) & Profile.announcedMax])
    }
    let announcement = announcements[(firstAnnounced + announcedCount) & Profile.announcedMax]
    announcement.keep(record)
    note(record, announcement)
    announcedCount += 1
  }

  /// The announcement of a transaction that is recorded now; at least its names are noted.
  func announcement(_ record: borrowing Span<UInt8>) -> Announcement {
    if announcedCount > 0 {
      let announcement = announcements[firstAnnounced]
      if announcement.isFor(record) {
        firstAnnounced = (firstAnnounced + 1) & Profile.announcedMax
        announcedCount -= 1
        return announcement
      }
      announcedCount = 0
    }
    let announcement = announcements[firstAnnounced]
    note(record, announcement)
    return announcement
  }

  /// Takes the next step of an announcement.
  func advance(_ announcement: Announcement) {
    let (looks, windows) = (looks, windows)
    switch announcement.stage {
    case Announcement.Stage.named:
      for number in 0..<looks.count where announcement.name(number).count > 0 {
        let kind = windows[looks.row(number).fields.kind]
        announcement.setCandidate(number, kind.prefetchHeader(announcement.hash(number)))
      }
      announcement.stage = Announcement.Stage.headers
    case Announcement.Stage.headers:
      for number in 0..<looks.count where announcement.name(number).count > 0 {
        let candidate = announcement.candidate(number)
        if candidate >= 0 { windows[looks.row(number).fields.kind].prefetchEvents(candidate) }
      }
      announcement.stage = Announcement.Stage.events
    default: break
    }
  }

  /// Notes and hashes the names of all looks, and asks for their places in the hash tables.
  private func note(_ record: borrowing Span<UInt8>, _ announcement: Announcement) {
    let (looks, windows, names) = (looks, windows, announcement.names)
    var start = 0
    for number in 0..<looks.count {
      let look = looks.row(number)
      let end = note(look, record, names, at: start)
      announcement.setName(number, start: start, count: max(0, end - start))
      if end < 0 { continue }
      let table = windows[look.fields.kind].table
      let hash = names.withBytes(at: start, count: end - start) { table.hash($0) }
      announcement.setHash(number, hash)
      table.prefetch(hash)
      start = end
    }
    announcement.stage = Announcement.Stage.named
  }

  /// Writes the name of a look among the others; its end, or -1 where a part is absent.
  @inline(__always)
  private func note(
    _ look: Row<Look>,
    _ record: borrowing Span<UInt8>,
    _ names: Memory,
    at start: Int
  ) -> Int {
    if look.fields.isSingle {
      let range = TransactionRecord.text(look.fields.first, record)
      if range.isEmpty { return -1 }
      names.write(record.extracting(range), at: start)
      return start + range.count
    }
    var end = note(part: look.fields.first, record, names, at: start)
    if end >= 0 { end = note(part: look.fields.second, record, names, at: end) }
    if end >= 0, look.fields.third >= 0 {
      end = note(part: look.fields.third, record, names, at: end)
    }
    return end
  }

  /// One part of several: its length and its bytes.
  @inline(__always)
  private func note(
    part slot: Int,
    _ record: borrowing Span<UInt8>,
    _ names: Memory,
    at start: Int
  ) -> Int {
    let range = TransactionRecord.text(slot, record)
    if range.isEmpty { return -1 }
    names.store(UInt16(truncatingIfNeeded: range.count), at: start)
    names.write(record.extracting(range), at: start + 2)
    return start + 2 + range.count
  }
}
