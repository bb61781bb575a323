package import Payments

/// A decision as a store keeps it: the columns that are searched and added up.
///
/// The body stays in the journal, at `position`.
package struct DecisionRow: Sendable, Hashable {
  /// What the account had, minor units.
  package struct Balances: Sendable, Hashable {
    package var before: Int64
    package var after: Int64

    package init(before: Int64, after: Int64) {
      self.before = before
      self.after = after
    }
  }

  /// Position of the transaction's entry; unique.
  package var position: UInt64
  package var source: UInt16
  /// `IdentityIndex.key` of source and transaction id, as signed bits.
  package var idKey: Int64
  /// Event time, µs.
  package var time: Int64
  package var receivedAt: Int64
  /// Minor units.
  package var amount: Int64
  package var outcome: Outcome
  package var score: Float
  package var account: String
  /// How it was paid, or its type; empty where the client did not say.
  package var channel: String
  /// Nil where the source tells none.
  package var balances: Balances?

  package init(
    position: UInt64,
    source: UInt16,
    idKey: Int64,
    time: Int64,
    receivedAt: Int64,
    amount: Int64,
    outcome: Outcome,
    score: Float,
    account: String,
    channel: String = "",
    balances: Balances? = nil
  ) {
    self.position = position
    self.source = source
    self.idKey = idKey
    self.time = time
    self.receivedAt = receivedAt
    self.amount = amount
    self.outcome = outcome
    self.score = score
    self.account = account
    self.channel = channel
    self.balances = balances
  }
}
