import Payments

extension DialectText {
  /// The fields of mobile money (S1.12), inside of an object; null where a source has none.
  static func paysim(
    _ record: borrowing Span<UInt8>,
    _ source: Source,
    into json: inout JSONText
  ) {
    text("transaction_id", Schema.Text.id, record, into: &json)
    json.key("step")
    if let slot = source.schema.numberSlot("step") {
      let step = Double(bitPattern: TransactionRecord.bits(slot, record))
      if step.isFinite { json.value(Int(step)) } else { json.null() }
    } else {
      json.null()
    }
    text("type", Schema.Text.channel, record, into: &json)
    json.key("amount")
    json.money(TransactionRecord.amount(record).minorUnits, scale: source.currency.scale)
    text("nameOrig", Schema.Text.account, record, into: &json)
    money("oldbalanceOrg", "old_balance", record, source, into: &json)
    money("newbalanceOrig", "new_balance", record, source, into: &json)
    text("nameDest", Schema.Text.counterparty, record, into: &json)
    money("oldbalanceDest", "counterparty_old_balance", record, source, into: &json)
    money("newbalanceDest", "counterparty_new_balance", record, source, into: &json)
  }

  private static func money(
    _ name: StaticString,
    _ field: String,
    _ record: borrowing Span<UInt8>,
    _ source: Source,
    into json: inout JSONText
  ) {
    json.key(name)
    guard let slot = source.schema.numberSlot(field) else { return json.null() }
    let value = Int64(bitPattern: TransactionRecord.bits(slot, record))
    if value == Money.missing.minorUnits {
      json.null()
    } else {
      json.money(value, scale: source.currency.scale)
    }
  }
}
