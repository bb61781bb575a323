package import Payments

/// What becomes known of a payment, later.
package struct ReportedLabel: Sendable, Hashable {
  package var payment: SimulatedPayment
  package var fraud: Bool
  package var knownAt: Timestamp
}

/// Payments, activities and labels of a simulation in time order; labels that outlast it come at
/// its end.
///
/// It holds the frauds that are not yet known, beside what the simulation holds.
package struct AccountFeed: IteratorProtocol {
  package enum Event: Sendable, Hashable {
    case payment(SimulatedPayment)
    case activity(SimulatedActivity)
    case label(ReportedLabel)
  }

  private var simulation: AccountSimulation
  private var upcoming: AccountEvent?
  private var pending = DelayedQueue<ReportedLabel>()

  package init(_ simulation: AccountSimulation) {
    self.simulation = simulation
    upcoming = self.simulation.next()
  }

  package mutating func next() -> Event? {
    guard let event = upcoming else { return pending.take().map { .label($0) } }
    if let first = pending.firstTime, first <= event.time {
      return pending.take().map { .label($0) }
    }
    upcoming = simulation.next()
    switch event {
    case .activity(let activity): return .activity(activity)
    case .payment(let payment):
      if let delay = payment.knownAfterMicroseconds, let fraud = payment.reported {
        let knownAt = Timestamp(microseconds: payment.time.microseconds + delay)
        let label = ReportedLabel(payment: payment, fraud: fraud, knownAt: knownAt)
        pending.add(label, at: knownAt, number: payment.id)
      }
      return .payment(payment)
    }
  }
}
