import Payments

/// Payments and labels of a simulation in time order; labels that outlast it come at its end.
///
/// It holds the frauds that are not yet known, beside what the simulation holds.
package struct SimulationFeed: IteratorProtocol {
  private var simulation: CardSimulation
  private var upcoming: SimulatedTransaction?
  /// A heap: no label is known before its parent, (index − 1) / 2.
  private var pending: [SimulatedLabel] = []

  package init(_ simulation: CardSimulation) {
    self.simulation = simulation
    upcoming = self.simulation.next()
  }

  package mutating func next() -> SimulatedEvent? {
    guard let transaction = upcoming else { return takeLabel().map { .label($0) } }
    if let first = pending.first, first.knownAt <= transaction.time {
      return takeLabel().map { .label($0) }
    }
    upcoming = simulation.next()
    if let delay = transaction.knownAfterMicroseconds {
      let knownAt = Timestamp(microseconds: transaction.time.microseconds + delay)
      add(SimulatedLabel(transaction: transaction, fraud: transaction.fraud, knownAt: knownAt))
    }
    return .transaction(transaction)
  }

  private static func isEarlier(_ a: SimulatedLabel, _ b: SimulatedLabel) -> Bool {
    (a.knownAt.microseconds, a.transaction.id) < (b.knownAt.microseconds, b.transaction.id)
  }

  private mutating func add(_ label: SimulatedLabel) {
    pending.append(label)
    var index = pending.count - 1
    while index > 0, SimulationFeed.isEarlier(pending[index], pending[(index - 1) / 2]) {
      pending.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  private mutating func takeLabel() -> SimulatedLabel? {
    guard let last = pending.popLast() else { return nil }
    guard let first = pending.first else { return last }
    pending[0] = last
    var index = 0
    while true {
      var child = 2 * index + 1
      guard child < pending.count else { break }
      if child + 1 < pending.count, SimulationFeed.isEarlier(pending[child + 1], pending[child]) {
        child += 1
      }
      guard SimulationFeed.isEarlier(pending[child], pending[index]) else { break }
      pending.swapAt(index, child)
      index = child
    }
    return first
  }
}
