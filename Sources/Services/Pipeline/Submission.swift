package import Engine
package import Journal
package import Payments

/// Work for the core thread, reused from request to request: filled by one thread, handed over,
/// answered, and handed back.
package final class Submission: @unchecked Sendable {
  // Safety: a submission belongs to one thread at a time; the queues that hand it over are locks.

  /// What is asked.
  package enum Kind: Sendable {
    /// Records to decide on.
    case transactions
    /// Records to learn from, and entries of any kinds, in any order; `itemKinds` says which is
    /// which.
    case past
    /// Bodies of one kind of entry to log and apply.
    case entries(EntryKind)
    /// Ids to find among those that were decided or learnt: a source's number in two bytes, the id.
    case lookup
    /// Empty windows for the warming source `context`, to be filled from the log.
    case fill
    /// Filled windows to put in force.
    case adopt(ControlEntry.Adoption)
  }

  /// What became of one item.
  package enum Result: Sendable, Hashable {
    /// The decision stands in `decisions`; `position` is its transaction's entry.
    case decided(Position, Range<Int>)
    /// The same content was decided before: its first decision stands in `decisions`.
    case duplicate(Position, Range<Int>)
    /// The id was used before for another content.
    case conflict
    /// The event time lies too far in the future.
    case future
    /// An entry other than a transaction was logged, or a transaction was found.
    case logged(Position)
    /// A past transaction or an activity that the log has already.
    case known(Position)
    /// Nothing was logged: nothing is taken at present.
    case unavailable(Obstacle)
    /// Twice in a row the program ended while this was in flight.
    case quarantined(String)
    /// The id holds a card number, and the log has it not.
    case cardNumber
    /// The entry does not fit the present state.
    case refused(String)
  }

  package var kind = Kind.transactions
  /// The items' bytes, one after another, as `items` cuts them.
  package var bytes: [UInt8] = []
  package var items: [Range<Int>] = []
  /// For `past`: the kind of each item.
  package var itemKinds: [EntryKind] = []
  /// What decoders say of items, by where these begin.
  package private(set) var notes: [Int: RecordNote] = [:]
  package var results: [Result] = []
  package var decisions: [UInt8] = []
  /// When the core thread stamped it, µs.
  package var receivedAt: Int64 = 0
  /// Free for the one who submits: whom to answer.
  package var token: UInt64 = 0
  package var context = 0
  package var submittedAt: Int64 = 0
  /// How long before it live traffic was taken, ns (`CoreThread.submitBehind`).
  package internal(set) var sinceLive = Int64.max
  /// Windows that are being filled, on their way between threads.
  package var fill: WindowFill?

  package init() {}

  /// Empties it, keeping its storage.
  package func reset() {
    kind = .transactions
    bytes.removeAll(keepingCapacity: true)
    items.removeAll(keepingCapacity: true)
    itemKinds.removeAll(keepingCapacity: true)
    if !notes.isEmpty { notes.removeAll() }
    results.removeAll(keepingCapacity: true)
    decisions.removeAll(keepingCapacity: true)
    context = 0
    sinceLive = .max
    fill = nil
  }

  /// Adds an item whose bytes `write` appends.
  package func add<E: Error>(_ write: (inout [UInt8]) throws(E) -> Void) throws(E) {
    let start = bytes.count
    do {
      try write(&bytes)
    } catch {
      bytes.removeLast(bytes.count - start)
      throw error
    }
    items.append(start..<bytes.count)
  }

  /// Notes what the decoder of the last item says of it.
  package func add(_ note: RecordNote?) {
    if let note, let start = items.last?.lowerBound { notes[start] = note }
  }
}
