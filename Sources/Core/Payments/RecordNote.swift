/// What a decoder says of a transaction or an activity besides its bytes: it decides on a retry,
/// and never reaches the log.
package struct RecordNote: Sendable, Hashable {
  /// The content as earlier versions read it, where that is another: a retry of what they logged
  /// gets its first decision.
  package var earlierContent: UInt64?
  /// Whether the id holds a card number: it is taken only where the log has it already.
  package var idHoldsCardNumber: Bool

  package init(earlierContent: UInt64? = nil, idHoldsCardNumber: Bool = false) {
    self.earlierContent = earlierContent
    self.idHoldsCardNumber = idHoldsCardNumber
  }
}
