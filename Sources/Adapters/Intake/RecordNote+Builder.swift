import Payments

extension RecordNote {
  /// What is to be said of the record that a builder finished last; nil for most.
  init?(of builder: TransactionBuilder, _ numericIds: Bool) {
    let isHeld = CardNumber.isHeld(inId: builder.text(Schema.Text.id), numericIds: numericIds)
    guard isHeld || builder.earlierContent != nil else { return nil }
    self.init(earlierContent: builder.earlierContent, idHoldsCardNumber: isHeld)
  }
}
