import Payments

/// Shows decided transactions as the clients of a dialect know them.
enum DialectText {
  /// Whether a decision takes a transaction for fraud.
  static func isFraud(_ decision: borrowing Span<UInt8>) -> Bool {
    DecisionRecord.outcome(decision).isFraud(score: DecisionRecord.score(decision))
  }

  /// A transfer between wallets with `is_fraud` 0 or 1 (S3.2).
  static func crypto(
    _ record: borrowing Span<UInt8>,
    isFraud: Bool,
    _ source: Source,
    into json: inout JSONText
  ) {
    json.open("{")
    text("transaction_id", Schema.Text.id, record, into: &json)
    json.key("timestamp")
    json.value(TransactionRecord.time(record).plain)
    text("sender_wallet", Schema.Text.account, record, into: &json)
    text("receiver_wallet", Schema.Text.counterparty, record, into: &json)
    json.key("amount")
    json.money(TransactionRecord.amount(record).minorUnits, scale: source.currency.scale)
    if let slot = source.schema.textSlot("currency") {
      text("currency", slot, record, into: &json)
    }
    if let slot = source.schema.numberSlot("gas_fee") {
      json.key("gas_fee")
      let fee = Int64(bitPattern: TransactionRecord.bits(slot, record))
      if fee == Money.missing.minorUnits {
        json.null()
      } else {
        json.money(fee, scale: source.currency.scale)
      }
    }
    if let slot = source.schema.numberSlot("is_smart_contract") {
      json.key("is_smart_contract")
      let value = Double(bitPattern: TransactionRecord.bits(slot, record))
      if value.isNaN { json.null() } else { json.value(value == 1 ? 1 : 0) }
    }
    text("location", Schema.Text.location, record, into: &json)
    text("device_type", Schema.Text.channel, record, into: &json)
    json.key("is_fraud")
    json.value(isFraud ? 1 : 0)
    json.close("}")
  }

  /// A row of the shop's form (S4.2, S4.3).
  static func retail(
    _ record: borrowing Span<UInt8>,
    isFraud: Bool,
    _ source: Source,
    into json: inout JSONText
  ) {
    json.open("{")
    json.key("id")
    id(record, into: &json)
    text("user_id", Schema.Text.account, record, into: &json)
    json.key("amount")
    json.money(TransactionRecord.amount(record).minorUnits, scale: source.currency.scale)
    text("location", Schema.Text.location, record, into: &json)
    json.key("time")
    json.value(TransactionRecord.time(record).description)
    json.key("is_fraud")
    json.value(isFraud)
    json.close("}")
  }

  /// A row of the anonymised set (S0.27): `results` is the class, 0 or 1.
  static func anonymised(
    _ record: borrowing Span<UInt8>,
    isFraud: Bool,
    _ source: Source,
    into json: inout JSONText
  ) {
    json.open("{")
    json.key("transactionID")
    id(record, into: &json)
    json.key("time")
    if let slot = source.schema.numberSlot("seconds") {
      json.value(Double(bitPattern: TransactionRecord.bits(slot, record)))
    } else {
      json.null()
    }
    json.key("amount")
    json.money(TransactionRecord.amount(record).minorUnits, scale: source.currency.scale)
    json.key("results")
    json.value(isFraud ? 1 : 0)
    json.close("}")
  }

  /// A transaction's id, as a number where it is one; those that count have leading zeros.
  static func id(_ record: borrowing Span<UInt8>, into json: inout JSONText) {
    let id = record.extracting(TransactionRecord.text(Schema.Text.id, record))
    if let number = Int(id.text), number >= 0 {
      json.value(number)
    } else {
      json.value(id)
    }
  }

  static func text(
    _ name: StaticString,
    _ slot: Int,
    _ record: borrowing Span<UInt8>,
    into json: inout JSONText
  ) {
    json.key(name)
    let range = TransactionRecord.text(slot, record)
    if range.isEmpty { json.null() } else { json.value(record.extracting(range)) }
  }
}

extension Timestamp {
  /// `YYYY-MM-DD HH:MM:SS` in UTC.
  var plain: String {
    var text: [UInt8] = []
    appendISO8601(to: &text)
    text[10] = UInt8(ascii: " ")
    return String(decoding: text.prefix(19), as: UTF8.self)
  }
}
