package import Payments

/// A payment of a simulated population, with the truth about it.
package struct SimulatedTransaction: Sendable, Hashable {
  /// Counted from 0 in time order.
  package var id: Int
  /// In whole seconds.
  package var time: Timestamp
  package var account: Int
  /// The terminal.
  package var counterparty: Int
  package var amountMinorUnits: Int64
  package var isOnline: Bool
  package var fraud: Bool
  /// What a fraud belongs to, `terminal-17` or `card-5`, each counted from 1.
  package var campaign: String?
  /// How long after the payment a fraud becomes known; nil for never and for honest payments.
  package var knownAfterMicroseconds: Int64?

  package var channel: String { isOnline ? "online" : "pos" }
}

/// What becomes known of a payment, later.
package struct SimulatedLabel: Sendable, Hashable {
  package var transaction: SimulatedTransaction
  package var fraud: Bool
  package var knownAt: Timestamp
}

/// What happens in a simulation.
package enum SimulatedEvent: Sendable, Hashable {
  case transaction(SimulatedTransaction)
  case label(SimulatedLabel)

  package var time: Timestamp {
    switch self {
    case .transaction(let transaction): transaction.time
    case .label(let label): label.knownAt
    }
  }
}
