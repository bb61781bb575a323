package import Payments

/// Somebody who is paid.
package enum SimulatedParty: Sendable, Hashable {
  case merchant(Int)
  case person(Int)
  case agent(Int)
  case exchange(Int)

  /// A number of its own among all parties.
  var number: Int {
    switch self {
    case .merchant(let index): index * 4
    case .person(let index): index * 4 + 1
    case .agent(let index): index * 4 + 2
    case .exchange(let index): index * 4 + 3
    }
  }
}

/// A payment of a simulated population with what it shows and, apart, the truth about it.
package struct SimulatedPayment: Sendable, Hashable {
  /// Counted from 0 in time order.
  package var id: Int
  /// In whole seconds.
  package var time: Timestamp
  package var account: Int
  package var counterparty: SimulatedParty
  /// The kind's index among the dialect's.
  package var kind: Int
  package var amountMinorUnits: Int64
  /// The account's devices count from 0; a thief's are negative.
  package var device: Int
  package var place: Int
  package var oldBalance: Int64
  package var newBalance: Int64
  package var counterpartyOldBalance: Int64
  package var counterpartyNewBalance: Int64

  package var fraud: Bool
  /// What a fraud belongs to, such as `takeover-17`; for diagnosis only.
  package var campaign: String?
  /// What a label will say, not always the truth; nil where none comes.
  package var reported: Bool?
  /// How long after the payment the label comes, where it does.
  package var knownAfterMicroseconds: Int64?
  /// What the generator knows besides.
  package var hint = SimulatedHint()
}

/// What only the generator knows of a payment: for the oracle's ceiling.
package struct SimulatedHint: Sendable, Hashable {
  /// The campaign that covers the payment's place and time, fraud or not; 0 for none.
  package var campaign: Int32 = 0
  /// The probability of fraud for one who knows that campaign.
  package var state: Float = 0
  /// The class of what the payment shows: its kind, its size against the account's usual, whether
  /// its counterparty is new and its device a stranger's, night, and how busy account and
  /// counterparty are.
  package var cell: UInt16 = 0
}

/// What happens on an account besides payments.
package struct SimulatedActivity: Sendable, Hashable {
  package var time: Timestamp
  package var account: Int
  package var kind: ActivityKind
  package var succeeded: Bool
  package var device: Int
}

/// What happens in an account simulation.
package enum AccountEvent: Sendable, Hashable {
  case payment(SimulatedPayment)
  case activity(SimulatedActivity)

  package var time: Timestamp {
    switch self {
    case .payment(let payment): payment.time
    case .activity(let activity): activity.time
    }
  }
}

/// How labels come: late, and not always right.
package struct LabelNoise: Sendable, Hashable {
  /// Frauds of which nobody ever hears.
  package var missing = 0.02
  /// Frauds that are called legitimate; a hundredth of it is the share of honest payments that are
  /// called fraud.
  package var wrong = 0.01
  package var delayDaysMedian = 3.0
  package var delaySigma = 0.9

  package init() {}
}
