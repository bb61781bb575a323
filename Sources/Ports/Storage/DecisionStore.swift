package import Payments

/// Why a store cannot do what it was asked.
package struct StoreError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  package enum Code: String, Sendable {
    /// Try again later: locked, or the disk is full.
    case busy
    /// The file is damaged.
    case damaged
    /// A later version of the program made the file, or brought it to its own version.
    case laterVersion = "later_version"
    /// A read or write failed.
    case inputOutput = "input_output"
  }

  package var code: Code
  /// What was being done, safe to show.
  package var operation: String
  /// The rest, for logs.
  package var detail: String

  package init(_ code: Code, _ operation: String, _ detail: String) {
    self.code = code
    self.operation = operation
    self.detail = detail
  }

  package var description: String { "the store cannot \(operation) (\(code.rawValue))" }
  package var debugDescription: String { "\(description): \(detail)" }
}

/// How far a projection has followed the log.
package struct StoreCursor: Sendable, Hashable {
  /// The first byte of the log that is not projected.
  package var position: UInt64
  /// The sequence number of the first entry that is not projected.
  package var sequence: UInt64

  package init(position: UInt64, sequence: UInt64) {
    self.position = position
    self.sequence = sequence
  }
}

/// Which decisions are wanted, newest first.
package struct DecisionQuery: Sendable, Hashable {
  package static let limitMax = 1000

  package var source: UInt16?
  package var outcome: Outcome?
  package var minimumScore: Float?
  package var account: String?
  /// Only those before this position: the cursor of the next page.
  package var before: UInt64?
  /// Only those received from this instant on, µs.
  ///
  /// `receivedAt` never falls along the log, and stores rely on it.
  package var receivedFrom: Int64?
  /// Only those received before this instant, µs.
  package var receivedBefore: Int64?
  /// How many of those that match are passed over.
  package var offset = 0
  package var limit: Int

  package init(limit: Int) { self.limit = min(max(limit, 1), DecisionQuery.limitMax) }
}

/// Totals over all decisions.
package struct DecisionTotals: Sendable, Hashable {
  package var decisions: Int
  package var labels: Int

  package init(decisions: Int, labels: Int) {
    self.decisions = decisions
    self.labels = labels
  }
}

/// How large a store is.
package struct StoreFootprint: Sendable, Hashable {
  /// Safe to show.
  package var name: String
  package var bytes: Int

  package init(name: String, bytes: Int) {
    self.name = name
    self.bytes = bytes
  }
}

/// Where decisions and labels can be searched: a projection that follows the log, never its source.
///
/// One thread writes through `apply`; readers use their own `reader()`.
package protocol DecisionStore: AnyObject {
  /// How far the projection has come; sequence 1 at the log's first byte for an empty store.
  func cursor() throws(StoreError) -> StoreCursor

  /// Writes rows, what they add to the rollups, removes what was erased, and writes the new cursor,
  /// in one transaction. Rows that are there already stay as they are, so that applying twice
  /// changes nothing.
  ///
  /// An erasure removes the decisions of its account before it, their labels, and their places
  /// among the greatest; rollups stay. Rows that come with erasures stand in the log's order.
  func apply(
    _ decisions: [DecisionRow],
    _ labels: [LabelRow],
    _ erasures: [ErasureRow],
    upTo cursor: StoreCursor
  ) throws(StoreError)

  /// Overwrites what was erased wherever the store's files still have it; false where readers are
  /// in the way, and it is to be tried again.
  func scrub() throws(StoreError) -> Bool

  /// Removes all rows before a place of the log; the totals count what is left, the rollups stay.
  func forget(before position: UInt64) throws(StoreError)

  /// Makes the store as empty as a new one, cursor included.
  func clear() throws(StoreError)

  /// A view for another thread.
  func reader() throws(StoreError) -> any DecisionReader
}

extension DecisionStore {
  /// As `apply`, where nothing was erased.
  package func apply(
    _ decisions: [DecisionRow],
    _ labels: [LabelRow],
    upTo cursor: StoreCursor
  ) throws(StoreError) { try apply(decisions, labels, [], upTo: cursor) }
}

/// Reads a store from one thread.
package protocol DecisionReader: RollupReader {
  /// Decisions that match, newest position first.
  func decisions(_ query: DecisionQuery) throws(StoreError) -> [DecisionRow]

  /// Positions of the transactions with this key, oldest first; normally one.
  func positions(idKey: Int64) throws(StoreError) -> [UInt64]

  /// The newest label of a transaction.
  func label(idKey: Int64) throws(StoreError) -> LabelRow?

  func totals() throws(StoreError) -> DecisionTotals

  /// What the store is called, and how much it takes.
  func footprint() throws(StoreError) -> StoreFootprint

  /// How far the projection had come when the view was last brought up to date.
  func cursor() throws(StoreError) -> StoreCursor
}
