import Intake
package import Payments

/// Writes payments as a dialect's clients and files have them.
package struct PaymentText: Sendable {
  package let dialect: Dialect
  private let profile: PaymentProfile
  let seed: UInt64
  private let start: Timestamp
  private let scale: UInt8

  /// `start` is second and step 0 of dialects that count.
  package init(_ dialect: Dialect, seed: UInt64, start: Timestamp) {
    self.dialect = dialect
    self.seed = seed
    self.start = Timestamp(microseconds: start.day * Timestamp.microsecondsPerDay)
    profile = PaymentProfile(dialect)
    scale = dialect == .crypto ? 8 : 2
  }

  /// The id by which a label refers to a payment; nil where the dialect sends none.
  ///
  /// Where ids only count, `prefix` makes those of a run its own.
  package func id(_ payment: SimulatedPayment, prefix: String = "") -> String? {
    switch dialect {
    case .retail, .anonymised: nil
    case .payment: String(1000 + (payment.id &* 7919 &+ payment.account) % 9000)
    case .crypto: uuid(payment)
    default: "\(prefix)\(payment.id)"
    }
  }

  package var hasIds: Bool { dialect != .retail && dialect != .anonymised }

  /// The payer's name in this dialect.
  package func account(_ payment: SimulatedPayment) -> String { name(.person(payment.account)) }

  /// What a payment shows of itself, by the names of native's and card's fields.
  package func shown(_ payment: SimulatedPayment) -> [(key: String, text: String)] {
    let kind = profile.kinds[payment.kind]
    return [
      ("channel", kind.word), ("device", device(payment)),
      ("location", profile.places[payment.place]), ("category", kind.category),
    ]
  }

  /// A party's name in this dialect.
  package func name(_ party: SimulatedParty) -> String {
    switch (dialect, party) {
    case (.crypto, _):
      var random = SimulationRandom(seed: seed &+ 58, party.number, 0)
      return WalletAddress.text([0] + (0..<20).map { _ in UInt8(random.bits() >> 56) })
    case (.payment, .person(let index)): return "\(index + 1)"
    case (.retail, .person(let index)): return "user-\(index)"
    // Two columns of their own, so that both may count from 0; cards pay nobody else.
    case (.card, .merchant(let index)), (.card, .person(let index)): return "\(index)"
    case (.paysim, .merchant(let index)): return "M\(1_000_000 + index)"
    case (.paysim, .person(let index)): return "C\(1_000_000 + index)"
    case (.paysim, .agent(let index)): return "C\(9_000_000 + index)"
    case (_, .merchant(let index)): return "shop-\(index)"
    case (_, .person(let index)): return "account-\(index)"
    case (_, .agent(let index)): return "agent-\(index)"
    case (_, .exchange(let index)): return "exchange-\(index)"
    }
  }

  private func uuid(_ payment: SimulatedPayment) -> String {
    var random = SimulationRandom(seed: seed &+ 36, payment.id, 0)
    let digits = Array("0123456789abcdef")
    var text = ""
    for place in 0..<32 {
      if [8, 12, 16, 20].contains(place) { text += "-" }
      text.append(place == 12 ? "4" : digits[random.integer(below: 16)])
    }
    return text
  }

  /// The number of an account's card, with its check digit.
  func cardNumber(_ account: Int) -> String {
    var random = SimulationRandom(seed: seed &+ 16, account, 0)
    var digits = [4] + (0..<14).map { _ in random.integer(below: 10) }
    var sum = 0
    for (place, digit) in digits.reversed().enumerated() {
      let doubled = place % 2 == 0 ? digit * 2 : digit
      sum += doubled > 9 ? doubled - 9 : doubled
    }
    digits.append((10 - sum % 10) % 10)
    return digits.map(String.init).joined()
  }

  private func device(_ payment: SimulatedPayment) -> String {
    payment.device < 0
      ? "device-x\(-payment.device)" : "device-\(payment.account)-\(payment.device)"
  }

  /// The columns of a file, with the label and, for diagnosis only, the campaign.
  package var header: String {
    let columns =
      switch dialect {
      case .paysim:
        "transaction_id,step,type,amount,nameOrig,oldbalanceOrg,newbalanceOrig,nameDest,"
          + "oldbalanceDest,newbalanceDest,isFraud"
      case .payment: "transaction_id,timestamp,user_id,card_number,amount,is_fraud"
      case .crypto:
        "transaction_id,timestamp,sender_wallet,receiver_wallet,amount,currency,gas_fee,"
          + "is_smart_contract,location,device_type,is_fraud"
      case .retail: "user_id,amount,location,time,is_fraud"
      case .card:
        // The handbook's columns, and what a terminal shows besides.
        "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,channel,device,location,"
          + "category,TX_FRAUD"
      case .anonymised:
        "Time," + (1...Dialect.componentCount).map { "V\($0)," }.joined() + "Amount,Class"
      default:
        "transaction_id,time,account,counterparty,channel,device,location,category,amount,fraud"
      }
    return columns + ",campaign"
  }

  /// Appends a payment as a line of a file, with its end.
  package func appendLine(_ payment: SimulatedPayment, to bytes: inout [UInt8]) {
    for field in fields(payment) {
      append(field.value, quoted: false, to: &bytes)
      bytes.append(UInt8(ascii: ","))
    }
    if let reported = payment.reported { bytes.append(reported ? "1" : "0") }
    bytes.append(UInt8(ascii: ","))
    bytes.append(payment.campaign ?? "")
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Appends a payment as the JSON object that a client would send, without a line end.
  package func appendJSON(
    _ payment: SimulatedPayment,
    idPrefix: String = "",
    to bytes: inout [UInt8]
  ) {
    bytes.append(UInt8(ascii: "{"))
    for (index, field) in fields(payment, idPrefix).enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append("\"\(field.key)\":")
      append(field.value, quoted: true, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private enum Value {
    case text(String)
    case integer(Int64)
    case money(Int64)
    case number(Double)
    case time(Timestamp, plain: Bool)
  }

  private func append(_ value: Value, quoted: Bool, to bytes: inout [UInt8]) {
    let quote = quoted ? "\"" : ""
    switch value {
    case .text(let text): bytes.append(quote + text + quote)
    case .integer(let value): bytes.append(decimal: value)
    case .money(let value): bytes.append(minorUnits: value, scale: scale)
    case .number(let value): bytes.append("\(value)")
    case .time(let time, let plain):
      bytes.append(quote)
      if plain { bytes.append(plain: time) } else { time.appendISO8601(to: &bytes) }
      bytes.append(quote)
    }
  }

  /// The fields in the order of the columns; a file's where there is no prefix.
  private func fields(
    _ payment: SimulatedPayment,
    _ idPrefix: String? = nil
  ) -> [(key: String, value: Value)] {
    let prefix = idPrefix ?? ""
    let number =
      prefix.isEmpty ? Value.integer(Int64(payment.id)) : Value.text("\(prefix)\(payment.id)")
    let account = Value.text(account(payment))
    let other = Value.text(name(payment.counterparty))
    let amount = Value.money(payment.amountMinorUnits)
    let place = Value.text(profile.places[payment.place])
    let kind = profile.kinds[payment.kind]
    let seconds = (payment.time.microseconds - start.microseconds) / 1_000_000
    switch dialect {
    case .paysim:
      return [
        ("transaction_id", number), ("step", .integer(seconds / 3600)),
        ("type", .text(kind.word)), ("amount", amount), ("nameOrig", account),
        ("oldbalanceOrg", .money(payment.oldBalance)),
        ("newbalanceOrig", .money(payment.newBalance)), ("nameDest", other),
        ("oldbalanceDest", .money(payment.counterpartyOldBalance)),
        ("newbalanceDest", .money(payment.counterpartyNewBalance)),
      ]
    case .payment:
      return [
        ("transaction_id", .integer(Int64(id(payment) ?? "") ?? 0)),
        ("timestamp", .time(payment.time, plain: true)),
        ("user_id", .integer(Int64(payment.account + 1))),
        ("card_number", .text(cardNumber(payment.account))), ("amount", amount),
      ]
    case .crypto:
      var random = SimulationRandom(seed: seed &+ 9, payment.id, 1)
      let fee = Int64(random.logNormal(median: 20_000, sigma: 0.8))
      return [
        ("transaction_id", .text(uuid(payment))),
        ("timestamp", .time(payment.time, plain: true)), ("sender_wallet", account),
        ("receiver_wallet", other), ("amount", amount), ("currency", .text(kind.word)),
        ("gas_fee", .money(min(max(fee, 1000), 500_000))),
        ("is_smart_contract", .integer(random.chance(0.2) ? 1 : 0)), ("location", place),
        ("device_type", .text(["mobile", "desktop", "API"][random.rank(below: 3)])),
      ]
    case .retail:
      return [
        ("user_id", account), ("amount", amount), ("location", place),
        ("time", .time(payment.time, plain: false)),
      ]
    case .anonymised:
      let values = Components(payment, seed: seed).values
      return [("Time", .integer(seconds))]
        + values.enumerated().map { ("V\($0 + 1)", .number($1)) } + [("Amount", amount)]
    case .card:
      return [
        ("transaction_id", .text("\(prefix)\(payment.id)")),
        ("time", .time(payment.time, plain: idPrefix == nil)), ("account", account),
        ("counterparty", other), ("amount", amount),
      ] + shownFields(payment)
    default:
      return [
        ("transaction_id", number),
        ("time", .time(payment.time, plain: false)), ("account", account),
        ("counterparty", other),
      ] + shownFields(payment) + [("amount", amount)]
    }
  }

  private func shownFields(_ payment: SimulatedPayment) -> [(key: String, value: Value)] {
    shown(payment).map { ($0.key, .text($0.text)) }
  }
}

extension PaymentText {
  /// What the dialect's further columns say of fraud, as log-odds.
  package func evidence(_ payment: SimulatedPayment) -> Double {
    dialect == .anonymised ? Components(payment, seed: seed).evidence : 0
  }

  /// Appends a label as a client would send it, without a line end.
  ///
  /// Where ids come again the label describes its payment.
  package func appendLabel(
    _ label: ReportedLabel,
    id: String,
    source: String,
    to bytes: inout [UInt8]
  ) {
    bytes.append("{\"transaction_id\":\"\(id)\",\"source\":\"\(source)\",")
    if dialect == .payment {
      bytes.append("\"account\":\"\(account(label.payment))\",\"amount\":")
      bytes.append(minorUnits: label.payment.amountMinorUnits, scale: scale)
      bytes.append(",\"time\":\"")
      label.payment.time.appendISO8601(to: &bytes)
      bytes.append("\",")
    }
    bytes.append("\"fraud\":\(label.fraud)}")
  }

  /// Appends a label as a line of JSON, with its end.
  package func appendJSONLine(_ label: ReportedLabel, to bytes: inout [UInt8]) {
    bytes.append(#"{"label":"\#(label.fraud ? "fraud" : "legitimate")","transaction_id":""#)
    bytes.append((id(label.payment) ?? "row-\(label.payment.id)") + #"","known_at":""#)
    label.knownAt.appendISO8601(to: &bytes)
    bytes.append("\"}\n")
  }

  package static let activityHeader = "time,account,activity,succeeded,device"

  /// Appends what happened on an account as a line of a file of its own, with its end.
  package func appendLine(_ activity: SimulatedActivity, to bytes: inout [UInt8]) {
    activity.time.appendISO8601(to: &bytes)
    bytes.append(",\(name(.person(activity.account))),\(activity.kind.word),")
    bytes.append(activity.succeeded ? "1," : "0,")
    bytes.append(device(activity) + "\n")
  }

  /// Appends it as a line of JSON, with its end.
  package func appendJSONLine(_ activity: SimulatedActivity, to bytes: inout [UInt8]) {
    bytes.append("{")
    appendFields(activity, withTime: true, to: &bytes)
    bytes.append("}\n")
  }

  /// Appends it as the JSON object that a client would send, without a line end.
  ///
  /// It has no time where payments have that of their arrival.
  package func appendJSON(
    _ activity: SimulatedActivity,
    source: String,
    to bytes: inout [UInt8]
  ) {
    bytes.append("{\"source\":\"\(source)\",")
    let withTime = dialect != .paysim && dialect != .anonymised
    appendFields(activity, withTime: withTime, to: &bytes)
    bytes.append("}")
  }

  private func appendFields(
    _ activity: SimulatedActivity,
    withTime: Bool,
    to bytes: inout [UInt8]
  ) {
    bytes.append(#""activity":"\#(activity.kind.word)","account":""#)
    bytes.append(name(.person(activity.account)))
    bytes.append(#"","device":"\#(device(activity))","#)
    if withTime {
      bytes.append("\"time\":\"")
      activity.time.appendISO8601(to: &bytes)
      bytes.append("\",")
    }
    bytes.append("\"succeeded\":\(activity.succeeded)")
  }

  private func device(_ activity: SimulatedActivity) -> String {
    activity.device < 0
      ? "device-x\(-activity.device)" : "device-\(activity.account)-\(activity.device)"
  }
}
