package import Payments

/// Decodes the transactions of JSON requests in one source's dialect to records.
package final class TransactionDecoder {
  package static let bodyBytesMax = 16 << 20

  private enum Slot {
    static let id = 0
    static let time = 1
    static let account = 2
    static let counterparty = 3
    static let channel = 4
    static let amount = 5
    static let step = 6
    static let firstBalance = 7
    static let device = 11
    static let location = 12
    static let category = 13
    static let currency = 14
    static let source = 15
    static let cardNumber = 16
    static let forbidden = 17
  }

  package let source: Source
  private let reader: JSONReader
  private var builder: TransactionBuilder
  private let tokenizer: CardTokenizer
  private let idPrefix: String
  private var generatedIds = 0

  /// A decoder for one thread.
  ///
  /// `run` makes the ids unique that clients leave out.
  package init(source: Source, tokenizer: @escaping CardTokenizer, run: UInt64) {
    self.source = source
    self.tokenizer = tokenizer
    idPrefix = "auto-" + String(run, radix: 36) + "-"
    builder = TransactionBuilder(source: source.id, schema: source.schema)
    reader = JSONReader(
      names: TransactionDecoder.names(source.dialect),
      bytesMax: TransactionDecoder.bodyBytesMax
    )
  }

  private static func names(_ dialect: Dialect) -> [(name: String, slot: Int)] {
    let forbidden = ["cvv", "cvv2", "cvc", "cvc2", "security_code"].map { ($0, Slot.forbidden) }
    switch dialect {
    case .paysim:
      return [
        ("transaction_id", Slot.id), ("step", Slot.step), ("type", Slot.channel),
        ("amount", Slot.amount), ("nameOrig", Slot.account),
        ("oldbalanceOrg", Slot.firstBalance), ("newbalanceOrig", Slot.firstBalance + 1),
        ("nameDest", Slot.counterparty), ("oldbalanceDest", Slot.firstBalance + 2),
        ("newbalanceDest", Slot.firstBalance + 3), ("action", Slot.channel),
        ("tx_id", Slot.id), ("oldBalanceOrg", Slot.firstBalance),
        ("oldBalanceOrig", Slot.firstBalance), ("newBalanceOrig", Slot.firstBalance + 1),
        ("oldBalanceDest", Slot.firstBalance + 2), ("newBalanceDest", Slot.firstBalance + 3),
      ] + forbidden
    case .card:
      return [
        ("TRANSACTION_ID", Slot.id), ("TX_DATETIME", Slot.time), ("CUSTOMER_ID", Slot.account),
        ("TERMINAL_ID", Slot.counterparty), ("TX_AMOUNT", Slot.amount),
        ("transaction_id", Slot.id), ("time", Slot.time), ("account", Slot.account),
        ("counterparty", Slot.counterparty), ("amount", Slot.amount),
        ("source", Slot.source), ("currency", Slot.currency), ("channel", Slot.channel),
        ("device", Slot.device), ("location", Slot.location), ("category", Slot.category),
        ("card_number", Slot.cardNumber),
      ] + forbidden
    case .native:
      return [
        ("transaction_id", Slot.id), ("source", Slot.source), ("time", Slot.time),
        ("account", Slot.account), ("counterparty", Slot.counterparty),
        ("amount", Slot.amount), ("currency", Slot.currency), ("channel", Slot.channel),
        ("device", Slot.device), ("location", Slot.location), ("category", Slot.category),
        ("card_number", Slot.cardNumber),
      ] + forbidden
    }
  }

  /// Parses a request's text, which is followed by `JSONReader.padding` readable bytes.
  package func parse(_ text: RawSpan) throws(InputError) { try reader.parse(text) }

  package var rootKind: JSONReader.Kind { reader.rootKind }

  /// The number of items under a key; nil where it is not an array.
  package func openArray(_ key: StaticString) -> Int? { reader.openArray(key) }

  package func openRootArray() -> Int? { reader.openRootArray() }

  /// Moves to the next item; false at the end.
  package func advance(root: Bool = false) throws(InputError) -> Bool {
    switch reader.next(root: root) {
    case .object: return true
    case .end: return false
    case .notAnObject: throw InputError(.invalid, "a transaction is an object")
    }
  }

  /// The present item's id as the client sent it, for answers to invalid items.
  package var clientId: String? {
    switch reader.kind(Slot.id) {
    case .text: reader.withText(Slot.id) { $0.text }
    case .integer: String(reader.integer(Slot.id))
    default: nil
    }
  }

  /// The name of the source that the present item asks for.
  private var sourceName: String? {
    reader.kind(Slot.source) == .text ? reader.withText(Slot.source) { $0.text } : nil
  }

  /// Appends the present item's record.
  ///
  /// `fallbackId` is the id of an item that has none.
  package func decode(
    into bytes: inout [UInt8],
    fallbackId: [UInt8]? = nil
  ) throws(InputError) {
    builder.reset()
    if reader.kind(Slot.forbidden) != .absent {
      throw InputError(
        .forbidden,
        field: reader.name(Slot.forbidden),
        "card verification codes are never accepted"
      )
    }
    if source.dialect != .paysim, let unknown = reader.unknownKey {
      throw InputError(.invalid, field: unknown, "is not a field of a transaction")
    }
    for slot in 0..<Slot.forbidden where reader.isRepeated(slot) {
      throw InputError(.invalid, field: reader.name(slot), "is given twice")
    }
    if reader.kind(Slot.source) != .absent, sourceName != source.name {
      throw InputError(
        .invalid,
        field: "source",
        "is \(source.name) for this request; another by ?source="
      )
    }
    try takeId(fallbackId)
    let isPaySim = source.dialect == .paysim
    try takeAccount(Slot.account, Schema.Text.account, isPaySim ? "nameOrig" : "account")
    try takeAccount(
      Slot.counterparty,
      Schema.Text.counterparty,
      isPaySim ? "nameDest" : "counterparty"
    )
    try takeText(Slot.device, Schema.Text.device)
    try takeText(Slot.location, Schema.Text.location)
    try takeText(Slot.channel, Schema.Text.channel)
    try takeAmount()
    if isPaySim {
      try takePaySim()
    } else {
      try takeText(Slot.category, Schema.commonTexts.count)
      try takeCurrency()
      try takeTime()
    }
    builder.finish(into: &bytes)
  }

  private func failure(_ slot: Int, _ fallback: String, _ expected: String) -> InputError {
    let name = reader.kind(slot) == .absent ? fallback : reader.name(slot)
    return InputError(.invalid, field: name, expected)
  }

  private func takeId(_ fallback: [UInt8]?) throws(InputError) {
    switch reader.kind(Slot.id) {
    case .absent, .null:
      if let fallback { return builder.set(text: Schema.Text.id, fallback.span) }
      generatedIds += 1
      builder.set(text: Schema.Text.id, idPrefix + String(generatedIds, radix: 36))
    case .integer: builder.set(text: Schema.Text.id, String(reader.integer(Slot.id)))
    default: try takeText(Slot.id, Schema.Text.id, required: "transaction_id")
    }
  }

  private func takeText(
    _ slot: Int,
    _ target: Int,
    required: String? = nil
  ) throws(InputError) {
    switch reader.kind(slot) {
    case .absent, .null:
      if let required { throw InputError(.invalid, field: required, "is missing") }
    case .text:
      let problem: String? = reader.withText(slot) { text in
        if text.isEmpty { return required == nil ? nil : "is empty" }
        if text.count > TransactionRecord.textBytesMax {
          return "is longer than \(TransactionRecord.textBytesMax) bytes"
        }
        for index in 0..<text.count where text[index] < 0x20 || text[index] == 0x7f {
          return "holds a control character"
        }
        builder.set(text: target, text)
        return nil
      }
      if let problem { throw failure(slot, "", problem) }
      if slot != Slot.id { hideCardNumber(target) }
    default: throw failure(slot, "", "is a text")
    }
  }

  /// Ids are the client's own and stay; anything else that is a card number becomes a token.
  private func hideCardNumber(_ target: Int) {
    let text = builder.text(target)
    if CardNumber.isCardNumber(text) {
      builder.set(text: target, CardNumber.token(text, tokenizer))
    }
  }

  private func takeAccount(
    _ slot: Int,
    _ target: Int,
    _ name: String
  ) throws(InputError) {
    let sent = reader.kind(Slot.cardNumber)
    if slot == Slot.account, sent != .absent, sent != .null {
      let digits = cardNumber ?? []
      guard CardNumber.isCardNumber(digits) else {
        throw InputError(.invalid, field: "card_number", "is not a card number")
      }
      builder.set(text: target, CardNumber.token(digits, tokenizer))
      if reader.kind(slot) == .absent { return }
    }
    if reader.kind(slot) == .integer {
      let digits = Array(String(reader.integer(slot)).utf8)
      if CardNumber.isCardNumber(digits) {
        builder.set(text: target, CardNumber.token(digits, tokenizer))
      } else {
        builder.set(text: target, digits.span)
      }
      return
    }
    let required = slot == Slot.account || source.dialect != .native ? name : nil
    try takeText(slot, target, required: required)
  }

  private var cardNumber: [UInt8]? {
    switch reader.kind(Slot.cardNumber) {
    case .text: reader.withText(Slot.cardNumber) { $0.array }
    case .integer: Array(String(reader.integer(Slot.cardNumber)).utf8)
    default: nil
    }
  }

  private func money(_ slot: Int) -> Money? {
    switch reader.kind(slot) {
    case .integer, .double: Money(units: reader.number(slot), scale: source.currency.scale)
    case .text where source.dialect != .paysim:
      reader.withText(slot) { Money(parsing: $0, scale: source.currency.scale) }
    default: nil
    }
  }

  private func takeAmount() throws(InputError) {
    guard let amount = money(Slot.amount), amount.minorUnits >= 0 else {
      throw failure(Slot.amount, "amount", "is a number from 0 to \(Money.unitsMax)")
    }
    builder.amount = amount
  }

  private func takeCurrency() throws(InputError) {
    if reader.kind(Slot.currency) == .absent { return }
    let code = reader.kind(Slot.currency) == .text ? reader.withText(Slot.currency) { $0.text } : ""
    guard code.uppercased() == source.currency.code else {
      throw InputError(
        .invalid,
        field: "currency",
        "is \(source.currency.code) for source \(source.name)"
      )
    }
  }

  private func takeTime() throws(InputError) {
    switch reader.kind(Slot.time) {
    case .absent, .null: builder.flags.insert(.timeIsReceivedAt)
    case .text:
      let zone = source.zone
      guard let time = reader.withText(Slot.time, { Timestamp(parsing: $0, zone: zone) }) else {
        throw failure(Slot.time, "time", "is a time in ISO 8601, from 1970 to 2199")
      }
      builder.time = time
    default: throw failure(Slot.time, "time", "is a text with a time in ISO 8601")
    }
  }

  private func takePaySim() throws(InputError) {
    let channel = builder.text(Schema.Text.channel)
    guard PaySim.types.contains(where: { Array($0.utf8) == channel }) else {
      throw failure(Slot.channel, "type", "is one of \(PaySim.types.joined(separator: ", "))")
    }
    guard reader.kind(Slot.step) == .integer,
      (0...Int64(PaySim.stepMax)).contains(reader.integer(Slot.step))
    else {
      throw failure(Slot.step, "step", "is a whole number from 0 to \(PaySim.stepMax)")
    }
    builder.set(number: PaySim.stepSlot, Double(reader.integer(Slot.step)))
    builder.flags.insert(.timeIsReceivedAt)
    for index in 0..<4 {
      guard let balance = money(Slot.firstBalance + index) else {
        let name = ["oldbalanceOrg", "newbalanceOrig", "oldbalanceDest", "newbalanceDest"][index]
        throw failure(Slot.firstBalance + index, name, "is a number")
      }
      builder.set(number: 1 + index, balance)
    }
  }
}
