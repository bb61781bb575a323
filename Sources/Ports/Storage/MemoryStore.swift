import Payments
import Synchronization

/// The store in memory: the reference that every backend is held to.
///
/// It may be used from any thread. A query without an index reads all rows.
package final class MemoryStore: DecisionStore, Sendable {
  fileprivate struct Content {
    var cursor = StoreCursor(position: 0, sequence: 1)
    /// By ascending position.
    var decisions: [DecisionRow] = []
    /// By ascending position.
    var labels: [LabelRow] = []
  }

  private let content = Mutex(Content())

  package init() {}

  package func cursor() -> StoreCursor { content.withLock { $0.cursor } }

  package func apply(
    _ decisions: [DecisionRow],
    _ labels: [LabelRow],
    upTo cursor: StoreCursor
  ) {
    content.withLock { content in
      for row in decisions { content.decisions.insert(row, by: \.position) }
      for row in labels { content.labels.insert(row, by: \.position) }
      content.cursor = cursor
    }
  }

  package func forget(before position: UInt64) {
    content.withLock { content in
      content.decisions.removeAll { $0.position < position }
      content.labels.removeAll { $0.position < position }
    }
  }

  package func clear() { content.withLock { $0 = Content() } }

  package func reader() -> any DecisionReader { MemoryReader(self) }

  fileprivate func read<Result>(_ body: (borrowing Content) -> sending Result) -> sending Result {
    content.withLock { body($0) }
  }
}

/// A view of a store in memory; always up to date.
private final class MemoryReader: DecisionReader, Sendable {
  private let store: MemoryStore

  init(_ store: MemoryStore) { self.store = store }

  func decisions(_ query: DecisionQuery) -> [DecisionRow] {
    let limit = min(max(query.limit, 1), DecisionQuery.limitMax)
    return store.read { content in
      var found: [DecisionRow] = []
      let end = query.before.map { content.decisions.partition(at: $0, by: \.position) }
      for row in content.decisions[..<(end ?? content.decisions.count)].reversed()
      where query.matches(row) {
        found.append(row)
        if found.count == limit { break }
      }
      return found
    }
  }

  func positions(idKey: Int64) -> [UInt64] {
    store.read { content in content.decisions.filter { $0.idKey == idKey }.map(\.position) }
  }

  func label(idKey: Int64) -> LabelRow? {
    store.read { content in content.labels.last { $0.idKey == idKey } }
  }

  func totals() -> DecisionTotals {
    store.read { DecisionTotals(decisions: $0.decisions.count, labels: $0.labels.count) }
  }

  func cursor() -> StoreCursor { store.cursor() }
}

extension DecisionQuery {
  /// Whether a row satisfies every filter; accounts are compared byte by byte, as databases do.
  fileprivate func matches(_ row: DecisionRow) -> Bool {
    if let source, row.source != source { return false }
    if let outcome, row.outcome != outcome { return false }
    if let minimumScore, !(row.score >= minimumScore) { return false }
    if let account, !row.account.utf8.elementsEqual(account.utf8) { return false }
    return true
  }
}

extension Array {
  /// The index of the first element whose position is not below `position`.
  fileprivate func partition(at position: UInt64, by key: (Element) -> UInt64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if key(self[middle]) < position { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Inserts in order, unless an element of this position is there.
  fileprivate mutating func insert(_ element: Element, by key: (Element) -> UInt64) {
    let position = key(element)
    let index = partition(at: position, by: key)
    if index < count, key(self[index]) == position { return }
    insert(element, at: index)
  }
}
