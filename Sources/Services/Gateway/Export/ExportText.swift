import Intake
import Payments
import Storage

/// Rows of transactions and their predictions as CSV (RFC 4180).
struct ExportText {
  static let columns = [
    "transaction_id", "step", "type", "amount", "nameOrig", "oldbalanceOrg", "newbalanceOrig",
    "nameDest", "oldbalanceDest", "newbalanceDest", "ingested_at", "predicted_isFraud",
    "fraud_probability",
  ]

  private(set) var bytes: [UInt8] = []
  private let source: Source
  private let step: Int?
  private let balances: [Int?]

  init(_ source: Source) {
    self.source = source
    step = source.schema.numberSlot("step")
    balances = [
      "old_balance", "new_balance", "counterparty_old_balance", "counterparty_new_balance",
    ].map { source.schema.numberSlot($0) }
  }

  mutating func appendHead() {
    bytes.append(contentsOf: ExportText.columns.joined(separator: ",").utf8)
    bytes.append(contentsOf: "\r\n".utf8)
  }

  mutating func append(_ row: DecisionRow, _ record: borrowing Span<UInt8>) {
    append(text: Schema.Text.id, record)
    if let step {
      let value = Double(bitPattern: TransactionRecord.bits(step, record))
      if value.isFinite { append(plain: String(Int(value))) }
    }
    separate()
    append(text: Schema.Text.channel, record)
    append(money: TransactionRecord.amount(record).minorUnits)
    append(text: Schema.Text.account, record)
    append(balance: 0, record)
    append(balance: 1, record)
    append(text: Schema.Text.counterparty, record)
    append(balance: 2, record)
    append(balance: 3, record)
    append(plain: Timestamp(microseconds: row.receivedAt).description)
    separate()
    append(plain: row.isFlagged ? "1" : "0")
    separate()
    append(plain: row.score.description)
    bytes.append(contentsOf: "\r\n".utf8)
  }

  private mutating func separate() { bytes.append(UInt8(ascii: ",")) }

  private mutating func append(plain text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func append(text slot: Int, _ record: borrowing Span<UInt8>) {
    append(cell: record.extracting(TransactionRecord.text(slot, record)).array)
    separate()
  }

  private mutating func append(money minorUnits: Int64) {
    if minorUnits != Money.missing.minorUnits {
      var json = JSONText()
      json.money(minorUnits, scale: source.currency.scale)
      bytes.append(contentsOf: json.bytes)
    }
    separate()
  }

  private mutating func append(balance number: Int, _ record: borrowing Span<UInt8>) {
    guard let slot = balances[number] else { return separate() }
    append(money: Int64(bitPattern: TransactionRecord.bits(slot, record)))
  }

  mutating func append(cell text: [UInt8]) { bytes.append(csvCell: text) }
}
