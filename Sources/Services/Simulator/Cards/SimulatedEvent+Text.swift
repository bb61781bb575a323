import Payments

extension CardSimulation {
  /// The columns of the Fraud Detection Handbook that `csvLine` fills.
  package static let csvHeader =
    "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD"

  /// A payment as a line of CSV, without its end.
  package static func csvLine(_ transaction: SimulatedTransaction) -> String {
    var bytes: [UInt8] = []
    transaction.appendCSV(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension SimulatedTransaction {
  /// Appends the line of CSV, without its end.
  package func appendCSV(to bytes: inout [UInt8]) {
    bytes.append(decimal: Int64(id))
    bytes.append(UInt8(ascii: ","))
    // The handbook's form.
    bytes.append(plain: time)
    bytes.append(UInt8(ascii: ","))
    bytes.append(decimal: Int64(account))
    bytes.append(UInt8(ascii: ","))
    bytes.append(decimal: Int64(counterparty))
    bytes.append(UInt8(ascii: ","))
    bytes.append(minorUnits: amountMinorUnits)
    bytes.append(UInt8(ascii: ","))
    bytes.append(UInt8(ascii: fraud ? "1" : "0"))
  }

  /// Appends the JSON object in the native dialect, without a line end: what a client would send.
  ///
  /// The id is the payment's number behind `idPrefix`.
  package func appendJSON(idPrefix: String = "", to bytes: inout [UInt8]) {
    bytes.append(contentsOf: #"{"transaction_id":""#.utf8)
    bytes.append(contentsOf: idPrefix.utf8)
    bytes.append(decimal: Int64(id))
    bytes.append(contentsOf: #"","time":""#.utf8)
    time.appendISO8601(to: &bytes)
    bytes.append(contentsOf: #"","account":""#.utf8)
    bytes.append(decimal: Int64(account))
    bytes.append(contentsOf: #"","counterparty":""#.utf8)
    bytes.append(decimal: Int64(counterparty))
    bytes.append(contentsOf: #"","amount":"#.utf8)
    bytes.append(minorUnits: amountMinorUnits)
    bytes.append(contentsOf: #","channel":""#.utf8)
    bytes.append(contentsOf: channel.utf8)
    bytes.append(contentsOf: #""}"#.utf8)
  }
}

extension SimulatedEvent {
  /// Appends the event as a line of JSON, with its end.
  package func appendJSONLine(to bytes: inout [UInt8]) {
    switch self {
    case .transaction(let transaction): transaction.appendJSON(to: &bytes)
    case .label(let label):
      bytes.append(contentsOf: #"{"label":""#.utf8)
      bytes.append(contentsOf: (label.fraud ? "fraud" : "legitimate").utf8)
      bytes.append(contentsOf: #"","transaction_id":""#.utf8)
      bytes.append(decimal: Int64(label.transaction.id))
      bytes.append(contentsOf: #"","known_at":""#.utf8)
      label.knownAt.appendISO8601(to: &bytes)
      bytes.append(contentsOf: #""}"#.utf8)
    }
    bytes.append(UInt8(ascii: "\n"))
  }
}
