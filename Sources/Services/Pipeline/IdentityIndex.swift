package import Journal
package import Payments

/// Where in the log each id of a transaction or activity was first taken: 16 bytes an id in a table
/// at most 60 % full, so 27 to 54 bytes an id.
///
/// Two generations are kept: a new one starts after seven days of log or 50 million ids, and the
/// one before the last is forgotten, so that every id is known for at least as long as promised.
package struct IdentityIndex {
  package static let generationMicroseconds = 7 * Source.day
  package static let generationIds = 50_000_000

  private struct Generation {
    var slots: [UInt64] = [UInt64](repeating: 0, count: 2 * 1024)
    var mask = 1023
    var count = 0
    var start = Int64.min
    /// The earliest place in it.
    var first = UInt64.max

    /// Puts another place under a key that is there; false where it is not.
    mutating func replace(_ key: UInt64, _ position: UInt64) -> Bool {
      var index = Int(truncatingIfNeeded: key) & mask
      while slots[2 * index] != 0 {
        if slots[2 * index] == key {
          slots[2 * index + 1] = position
          return true
        }
        index = (index + 1) & mask
      }
      return false
    }
  }

  private var current = Generation()
  private var previous = Generation()

  package init() {}

  package var count: Int { current.count + previous.count }

  /// The earliest place that an answer may need; the log is kept from there on.
  package var floor: UInt64 { min(current.first, previous.first) }

  /// The key under which an id of a source is kept.
  package static func key(source: Int, _ id: borrowing Span<UInt8>) -> UInt64 {
    let key = Fingerprint.of(id, seed: UInt64(source) &+ 1)
    return key == 0 ? 1 : key
  }

  /// The key under which a transaction is known, as its source's policy has it.
  package static func key(
    of record: borrowing Span<UInt8>,
    _ policy: IdentityPolicy
  ) -> UInt64 {
    let id = record.extracting(TransactionRecord.text(Schema.Text.id, record))
    let key = key(source: TransactionRecord.source(record), id)
    guard policy == .idAndContent else { return key }
    return max(1, Fingerprint.chain(key, TransactionRecord.content(record)))
  }

  /// Notes a transaction: under its key, and where ids come again also as the latest of its id.
  package mutating func note(
    _ record: borrowing Span<UInt8>,
    _ policy: IdentityPolicy,
    at position: Position,
    receivedAt: Int64
  ) {
    insert(IdentityIndex.key(of: record, policy), position, receivedAt: receivedAt)
    guard policy == .idAndContent else { return }
    let key = IdentityIndex.key(of: record, .id)
    if !current.replace(key, position.bytes) { insert(key, position, receivedAt: receivedAt) }
  }

  /// The key under which an activity's id is kept.
  package static func key(of activity: Activity) -> UInt64 {
    let kind = UInt64(EntryKind.activity.rawValue) << 32
    return max(1, Fingerprint.of(activity.id, seed: kind | UInt64(activity.source)))
  }

  /// Notes an activity, if it has an id.
  package mutating func note(
    activity body: borrowing Span<UInt8>,
    at position: Position,
    receivedAt: Int64
  ) {
    // It was folded, so it can be read.
    guard let activity = try? Activity(body.array), !activity.id.isEmpty else { return }
    insert(IdentityIndex.key(of: activity), position, receivedAt: receivedAt)
  }

  /// Shows the places whose ids have this key, newest generation first, until `matches` says so.
  package func find(_ key: UInt64, matches: (Position) -> Bool) -> Position? {
    IdentityIndex.find(key, in: current, matches)
      ?? IdentityIndex.find(key, in: previous, matches)
  }

  private static func find(
    _ key: UInt64,
    in generation: borrowing Generation,
    _ matches: (Position) -> Bool
  ) -> Position? {
    var index = Int(truncatingIfNeeded: key) & generation.mask
    while generation.slots[2 * index] != 0 {
      if generation.slots[2 * index] == key {
        let position = Position(bytes: generation.slots[2 * index + 1])
        if matches(position) { return position }
      }
      index = (index + 1) & generation.mask
    }
    return nil
  }

  /// Notes where an id was decided.
  package mutating func insert(_ key: UInt64, _ position: Position, receivedAt: Int64) {
    if current.start == .min { current.start = receivedAt }
    if receivedAt - current.start > IdentityIndex.generationMicroseconds
      || current.count >= IdentityIndex.generationIds
    {
      previous = current
      current = Generation()
      current.start = receivedAt
    }
    if current.count * 10 > current.mask * 6 { grow() }
    IdentityIndex.put(key, position.bytes, into: &current.slots, current.mask)
    current.count += 1
    current.first = min(current.first, position.bytes)
  }

  private static func put(
    _ key: UInt64,
    _ position: UInt64,
    into slots: inout [UInt64],
    _ mask: Int
  ) {
    var index = Int(truncatingIfNeeded: key) & mask
    while slots[2 * index] != 0 { index = (index + 1) & mask }
    slots[2 * index] = key
    slots[2 * index + 1] = position
  }

  private mutating func grow() {
    let mask = 2 * (current.mask + 1) - 1
    var slots = [UInt64](repeating: 0, count: 2 * (mask + 1))
    for index in 0...current.mask where current.slots[2 * index] != 0 {
      IdentityIndex.put(
        current.slots[2 * index],
        current.slots[2 * index + 1],
        into: &slots,
        mask
      )
    }
    current.slots = slots
    current.mask = mask
  }

  /// Appends all ids for a snapshot.
  package func encode(into bytes: inout [UInt8]) {
    for generation in [previous, current] {
      bytes.append(little: generation.start)
      bytes.append(little: UInt32(generation.count))
      for index in 0...generation.mask where generation.slots[2 * index] != 0 {
        bytes.append(little: generation.slots[2 * index])
        bytes.append(little: generation.slots[2 * index + 1])
      }
    }
  }

  /// Restores what `encode` wrote.
  package init(from reader: inout ByteReader) throws(DecodingFailure) {
    for number in 0..<2 {
      let start = try reader.integer(Int64.self)
      let count = try reader.count(unit: 16)
      for _ in 0..<count {
        if current.count * 10 > current.mask * 6 { grow() }
        let key = try reader.integer(UInt64.self)
        let place = try reader.integer(UInt64.self)
        IdentityIndex.put(key, place, into: &current.slots, current.mask)
        current.count += 1
        current.first = min(current.first, place)
      }
      current.start = start
      if number == 0 {
        previous = current
        current = Generation()
      }
    }
  }
}
