import Payments
import Synchronization

/// The store in memory: the reference that every backend is held to.
///
/// It may be used from any thread. A query without an index reads all rows.
package final class MemoryStore: DecisionStore, Sendable {
  struct Content {
    var cursor = StoreCursor(position: 0, sequence: 1)
    /// By ascending position.
    var decisions: [DecisionRow] = []
    /// By ascending position.
    var labels: [LabelRow] = []
    /// Everything that was ever applied, in the order of arrival: what rollups are made of.
    var counted: [Counted] = []
    var channels = KnownChannels()
    /// By source, greatest first.
    var largest: [UInt16: [LargestDecision]] = [:]
  }

  /// A decision with the channel that counts it and its newest label.
  struct Counted {
    var row: DecisionRow
    var channel: String
    var label: LabelRow?
  }

  private let content = Mutex(Content())

  package init() {}

  package func cursor() -> StoreCursor { content.withLock { $0.cursor } }

  package func apply(
    _ decisions: [DecisionRow],
    _ labels: [LabelRow],
    _ erasures: [ErasureRow],
    upTo cursor: StoreCursor
  ) {
    content.withLock { content in
      var (decisions, labels) = (decisions[...], labels[...])
      for erasure in erasures {
        content.take(
          decisions.prefix { $0.position < erasure.position },
          labels.prefix { $0.position < erasure.position }
        )
        decisions = decisions.drop { $0.position < erasure.position }
        labels = labels.drop { $0.position < erasure.position }
        content.erase(erasure)
      }
      content.take(decisions, labels)
      content.cursor = cursor
    }
  }

  package func scrub() -> Bool { true }

  package func forget(before position: UInt64) {
    content.withLock { content in
      content.decisions.removeAll { $0.position < position }
      content.labels.removeAll { $0.position < position }
    }
  }

  package func clear() { content.withLock { $0 = Content() } }

  package func reader() -> any DecisionReader { MemoryReader(self) }

  func read<Result>(_ body: (borrowing Content) -> sending Result) -> sending Result {
    content.withLock { body($0) }
  }
}

extension MemoryStore.Content {
  fileprivate mutating func take(
    _ newDecisions: ArraySlice<DecisionRow>,
    _ newLabels: ArraySlice<LabelRow>
  ) {
    for row in newDecisions where decisions.insert(row, by: \.position) {
      let channel = channels.counted(row.channel, of: row.source)
      counted.append(MemoryStore.Counted(row: row, channel: channel))
      let decision = LargestDecision(position: row.position, amount: row.amount)
      largest[row.source] = LargestDecision.greatest(of: (largest[row.source] ?? []) + [decision])
    }
    for row in newLabels where labels.insert(row, by: \.position) { count(row) }
  }

  fileprivate mutating func erase(_ erasure: ErasureRow) {
    let gone = decisions.filter { erasure.covers($0) }
    let positions = Set(gone.map(\.position))
    decisions.removeAll { positions.contains($0.position) }
    labels.removeAll { label in
      label.position < erasure.position
        && gone.contains { $0.idKey == label.idKey && $0.time == label.time }
    }
    largest[erasure.source]?.removeAll { positions.contains($0.position) }
  }

  /// Takes in what became known of a decision that is kept, unless something newer is known.
  fileprivate mutating func count(_ label: LabelRow) {
    let same = decisions.filter { $0.idKey == label.idKey }
    guard let row = same.last(where: { $0.time == label.time }) ?? same.last,
      let index = counted.lastIndex(where: { $0.row.position == row.position })
    else { return }
    if let known = counted[index].label, known.position > label.position { return }
    counted[index].label = label
  }
}

/// A view of a store in memory; always up to date.
final class MemoryReader: DecisionReader, Sendable {
  let store: MemoryStore

  init(_ store: MemoryStore) { self.store = store }

  func decisions(_ query: DecisionQuery) -> [DecisionRow] {
    let limit = min(max(query.limit, 1), DecisionQuery.limitMax)
    return store.read { content in
      var found: [DecisionRow] = []
      let end = query.before.map { content.decisions.partition(at: $0, by: \.position) }
      var toPass = query.offset
      for row in content.decisions[..<(end ?? content.decisions.count)].reversed()
      where query.matches(row) {
        guard toPass <= 0 else {
          toPass -= 1
          continue
        }
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

  func footprint() -> StoreFootprint {
    let bytes = store.read {
      $0.decisions.count * MemoryLayout<DecisionRow>.stride
        + $0.labels.count * MemoryLayout<LabelRow>.stride
    }
    return StoreFootprint(name: "memory", bytes: bytes)
  }
}

extension DecisionQuery {
  /// Whether a row satisfies every filter; accounts are compared byte by byte, as databases do.
  fileprivate func matches(_ row: DecisionRow) -> Bool {
    if let source, row.source != source { return false }
    if let outcome, row.outcome != outcome { return false }
    if let minimumScore, !(row.score >= minimumScore) { return false }
    if let receivedFrom, row.receivedAt < receivedFrom { return false }
    if let receivedBefore, row.receivedAt >= receivedBefore { return false }
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

  /// Inserts in order, unless an element of this position is there; whether it was not.
  fileprivate mutating func insert(_ element: Element, by key: (Element) -> UInt64) -> Bool {
    let position = key(element)
    let index = partition(at: position, by: key)
    if index < count, key(self[index]) == position { return false }
    insert(element, at: index)
    return true
  }
}
