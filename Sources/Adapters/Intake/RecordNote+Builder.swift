import Payments

extension RecordNote {
  /// What is to be said of the record that a builder finished last; nil for most.
  ///
  /// An id that was not sent, but made here, holds no card number.
  init?(of builder: TransactionBuilder, _ numericIds: Bool, isSent: Bool = true) {
    let isHeld =
      isSent && CardNumber.isHeld(inId: builder.text(Schema.Text.id), numericIds: numericIds)
    guard isHeld || builder.earlierContent != nil else { return nil }
    self.init(earlierContent: builder.earlierContent, idHoldsCardNumber: isHeld)
  }
}
