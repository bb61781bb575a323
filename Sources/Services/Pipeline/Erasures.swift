package import Journal
package import Payments
import Synchronization

/// What was erased: for whoever reads transactions from the log, which holds them until retention.
///
/// Of an account only a fingerprint is kept, with the place of its last erasure: about 30 bytes an
/// account. Any thread may ask.
package final class Erasures: Sendable {
  /// The most accounts; a further one is refused.
  package static let countMax = 1_000_000

  private let places: Mutex<[UInt64: UInt64]>
  private let known: Atomic<Int>

  package init() {
    places = Mutex([:])
    known = Atomic(0)
  }

  package var count: Int { known.load(ordering: .acquiring) }

  private static func key(_ source: Int, _ account: borrowing Span<UInt8>) -> UInt64 {
    Fingerprint.of(account, seed: UInt64(EntryKind.erasure.rawValue) << 32 | UInt64(source))
  }

  private static func key(_ entry: Erasure) -> UInt64 {
    let account = Array(entry.account.utf8)
    return key(Int(entry.source), account.span)
  }

  /// Whether there is room for an account that may not be among them yet.
  package func hasRoom(for entry: Erasure) -> Bool {
    if count < Erasures.countMax { return true }
    let key = Erasures.key(entry)
    return places.withLock { $0[key] != nil }
  }

  package func note(_ entry: Erasure, at position: Position) {
    let key = Erasures.key(entry)
    places.withLock { places in
      places[key] = max(places[key] ?? 0, position.bytes)
      known.store(places.count, ordering: .releasing)
    }
  }

  /// Whether the transaction of a place, whose record this is, was erased.
  package func covers(_ record: borrowing Span<UInt8>, at position: Position) -> Bool {
    if count == 0 { return false }
    let account = record.extracting(TransactionRecord.text(Schema.Text.account, record))
    let key = Erasures.key(TransactionRecord.source(record), account)
    return places.withLock { $0[key].map { position.bytes < $0 } ?? false }
  }

  /// Forgets what concerns only places that the log has no more.
  package func forget(before start: UInt64) {
    places.withLock { places in
      places = places.filter { $0.value > start }
      known.store(places.count, ordering: .releasing)
    }
  }

  /// Appends all of it for a snapshot, in the order of places.
  package func encode(into bytes: inout [UInt8]) {
    let sorted = places.withLock { $0.sorted { ($0.value, $0.key) < ($1.value, $1.key) } }
    bytes.append(little: UInt32(sorted.count))
    for (key, place) in sorted {
      bytes.append(little: key)
      bytes.append(little: place)
    }
  }

  /// Restores what `encode` wrote; a snapshot from before there were erasures ends here.
  package convenience init(from reader: inout ByteReader) throws(DecodingFailure) {
    self.init()
    if reader.atEnd { return }
    var found: [UInt64: UInt64] = [:]
    for _ in 0..<(try reader.count(unit: 16)) {
      let key = try reader.integer(UInt64.self)
      found[key] = try reader.integer(UInt64.self)
    }
    let (restored, count) = (found, found.count)
    places.withLock { $0 = restored }
    known.store(count, ordering: .releasing)
  }
}
