package import Payments

/// An erasure as a store follows it.
package struct ErasureRow: Sendable, Hashable {
  /// Position of the erasure's entry: what came before it goes.
  package var position: UInt64
  package var source: UInt16
  package var account: String

  package init(position: UInt64, source: UInt16, account: String) {
    self.position = position
    self.source = source
    self.account = account
  }

  package init(position: UInt64, _ erasure: Erasure) {
    self.init(position: position, source: erasure.source, account: erasure.account)
  }

  /// Whether a decision goes; accounts are compared byte by byte, as databases do.
  package func covers(_ row: DecisionRow) -> Bool {
    row.position < position && row.source == source
      && row.account.utf8.elementsEqual(account.utf8)
  }
}
