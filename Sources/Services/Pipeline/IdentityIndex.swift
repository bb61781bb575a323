package import Journal
package import Payments

/// Where in the log each id of a transaction or activity was first taken: 16 bytes an id in tables
/// 56 to 70 % full, so 23 to 29 bytes an id.
///
/// Two generations are kept: a new one starts after seven days of log or 50 million ids, and the
/// one before the last is forgotten, so that every id is known for at least as long as promised.
///
/// A generation is cut into parts by the key. Each part grows by itself, and a part at a time is
/// forgotten, so that no transaction waits for more than one part of a thousand.
package struct IdentityIndex {
  package static let generationMicroseconds = 7 * Source.day
  package static let generationIds = 50_000_000

  /// A table of keys and places, open addressing; a key may stand there more than once.
  struct Part {
    /// Key and place in turn; 0 is no key.
    private var slots = [UInt64](repeating: 0, count: 2 * 16)
    private var count = 0

    private var capacity: Int { slots.count / 2 }

    /// Where a key stands if its place is free, by its low half: parts go by the high one.
    func home(_ key: UInt64) -> Int {
      // `>>` binds tighter than `&*`.
      Int(truncatingIfNeeded: ((key & 0xffff_ffff) &* UInt64(capacity)) >> 32)
    }

    private func next(_ index: Int) -> Int { index + 1 == capacity ? 0 : index + 1 }

    /// Puts another place under a key that is there; false where it is not.
    mutating func replace(_ key: UInt64, _ position: UInt64) -> Bool {
      var index = home(key)
      while slots[2 * index] != 0 {
        if slots[2 * index] == key {
          slots[2 * index + 1] = position
          return true
        }
        index = next(index)
      }
      return false
    }

    mutating func insert(_ key: UInt64, _ position: UInt64) {
      if count * 10 >= capacity * 7 { grow() }
      put(key, position)
      count += 1
    }

    private mutating func put(_ key: UInt64, _ position: UInt64) {
      var index = home(key)
      while slots[2 * index] != 0 { index = next(index) }
      slots[2 * index] = key
      slots[2 * index + 1] = position
    }

    private mutating func grow() {
      let before = self
      slots = [UInt64](repeating: 0, count: 2 * (capacity + capacity / 4))
      before.forEach { put($0, $1) }
    }

    func find(_ key: UInt64, _ matches: (Position) -> Bool) -> Position? {
      var index = home(key)
      while slots[2 * index] != 0 {
        if slots[2 * index] == key {
          let position = Position(bytes: slots[2 * index + 1])
          if matches(position) { return position }
        }
        index = next(index)
      }
      return nil
    }

    /// Each key and its place.
    func forEach(_ body: (UInt64, UInt64) -> Void) {
      for index in stride(from: 0, to: slots.count, by: 2) where slots[index] != 0 {
        body(slots[index], slots[index + 1])
      }
    }
  }

  private struct Generation {
    /// Parts have the keys of one beginning each.
    static let partBits = 10

    var parts = [Part](repeating: Part(), count: 1 << partBits)
    var count = 0
    var start = Int64.min
    /// The earliest place in it.
    var first = UInt64.max

    static func part(of key: UInt64) -> Int { Int(key >> (64 - partBits)) }

    mutating func insert(_ key: UInt64, _ position: UInt64) {
      parts[Generation.part(of: key)].insert(key, position)
      count += 1
      first = min(first, position)
    }
  }

  private var current = Generation()
  private var previous = Generation()
  /// Parts of a generation that is forgotten, which are given back one by one.
  private var forgotten: [Part] = []

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
    key(of: record, policy, content: TransactionRecord.content(record))
  }

  /// The key of a transaction, were this its content.
  package static func key(
    of record: borrowing Span<UInt8>,
    _ policy: IdentityPolicy,
    content: UInt64
  ) -> UInt64 {
    let id = record.extracting(TransactionRecord.text(Schema.Text.id, record))
    let key = key(source: TransactionRecord.source(record), id)
    guard policy == .idAndContent else { return key }
    return max(1, Fingerprint.chain(key, content))
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
    let part = Generation.part(of: key)
    if !current.parts[part].replace(key, position.bytes) {
      insert(key, position, receivedAt: receivedAt)
    }
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
    let part = Generation.part(of: key)
    return current.parts[part].find(key, matches) ?? previous.parts[part].find(key, matches)
  }

  /// Notes where an id was decided.
  package mutating func insert(_ key: UInt64, _ position: Position, receivedAt: Int64) {
    // A clock that was ahead must not keep a generation open.
    if current.start == .min || receivedAt < current.start { current.start = receivedAt }
    if receivedAt - current.start > IdentityIndex.generationMicroseconds
      || current.count >= IdentityIndex.generationIds
    {
      forgotten = previous.parts
      previous = current
      current = Generation()
      current.start = receivedAt
    }
    if !forgotten.isEmpty { forgotten.removeLast() }
    current.insert(key, position.bytes)
  }

  /// Appends all ids for a snapshot.
  package func encode(into bytes: inout [UInt8]) {
    for generation in [previous, current] {
      bytes.append(little: generation.start)
      bytes.append(little: UInt32(generation.count))
      for part in generation.parts {
        part.forEach {
          bytes.append(little: $0)
          bytes.append(little: $1)
        }
      }
    }
  }

  /// Restores what `encode` wrote.
  package init(from reader: inout ByteReader) throws(DecodingFailure) {
    for number in 0..<2 {
      let start = try reader.integer(Int64.self)
      let count = try reader.count(unit: 16)
      for _ in 0..<count {
        let key = try reader.integer(UInt64.self)
        current.insert(key, try reader.integer())
      }
      current.start = start
      if number == 0 {
        previous = current
        current = Generation()
      }
    }
  }
}
