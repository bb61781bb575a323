import Payments

/// Payments and labels of a simulation in time order; labels that outlast it come at its end.
///
/// It holds the frauds that are not yet known, beside what the simulation holds.
package struct SimulationFeed: IteratorProtocol {
  private var simulation: CardSimulation
  private var upcoming: SimulatedTransaction?
  private var pending = DelayedQueue<SimulatedLabel>()

  package init(_ simulation: CardSimulation) {
    self.simulation = simulation
    upcoming = self.simulation.next()
  }

  package mutating func next() -> SimulatedEvent? {
    guard let transaction = upcoming else { return pending.take().map { .label($0) } }
    if let first = pending.firstTime, first <= transaction.time {
      return pending.take().map { .label($0) }
    }
    upcoming = simulation.next()
    if let delay = transaction.knownAfterMicroseconds {
      let knownAt = Timestamp(microseconds: transaction.time.microseconds + delay)
      let label = SimulatedLabel(
        transaction: transaction,
        fraud: transaction.fraud,
        knownAt: knownAt
      )
      pending.add(label, at: knownAt, number: transaction.id)
    }
    return .transaction(transaction)
  }
}
