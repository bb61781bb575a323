package import Payments

/// Decodes labels from JSON: one, or `{"labels": […]}`.
package final class LabelDecoder {
  package static let itemsMax = 1000

  /// One label as a client sends it.
  package struct Item: Sendable {
    package var id: [UInt8]
    /// Whether the id holds a card number: only one that the log has already is taken.
    package var idHoldsCardNumber: Bool
    package var source: String?
    package var verdict: Verdict
    /// The transaction, where the client sent its entities.
    package var record: [UInt8]?
  }

  private enum Slot {
    static let id = 0
    static let source = 1
    static let fraud = 2
    static let account = 3
    static let counterparty = 4
    static let amount = 5
    static let time = 6
    static let channel = 7
  }

  private let reader = JSONReader(
    names: [
      ("transaction_id", Slot.id), ("source", Slot.source), ("fraud", Slot.fraud),
      ("account", Slot.account), ("counterparty", Slot.counterparty), ("amount", Slot.amount),
      ("time", Slot.time), ("channel", Slot.channel),
    ],
    bytesMax: 2 << 20
  )
  private let sources: [Source]
  private let tokenizer: CardTokenizer
  private let numericIds: Set<String>

  /// A decoder for one thread; card numbers among the entities become `tokenizer`'s tokens.
  ///
  /// Of the sources `numericIds` an id of digits alone is never taken for a card number.
  package init(
    sources: [Source],
    numericIds: Set<String> = [],
    tokenizer: @escaping CardTokenizer
  ) {
    self.sources = sources
    self.numericIds = numericIds
    self.tokenizer = tokenizer
  }

  /// The labels of a request's body.
  package func decode(_ body: [UInt8]) throws(InputError) -> [Item] {
    try reader.items(
      of: body,
      under: "labels",
      noun: "a label",
      max: LabelDecoder.itemsMax,
      item
    )
  }

  private func text(_ slot: Int) -> [UInt8]? {
    switch reader.kind(slot) {
    case .text: reader.withText(slot) { $0.array }
    case .integer: Array(String(reader.integer(slot)).utf8)
    default: nil
    }
  }

  private func item() throws(InputError) -> Item {
    if let name = reader.verificationCode {
      throw InputError(.forbidden, field: name, "card verification codes are never accepted")
    }
    if let unknown = reader.unknownKey {
      throw InputError(.invalid, field: unknown, "is not a field of a label")
    }
    for slot in Slot.id...Slot.channel where reader.isRepeated(slot) {
      throw InputError(.invalid, field: reader.name(slot), "is given twice")
    }
    guard let id = text(Slot.id), !id.isEmpty, id.count <= TransactionRecord.textBytesMax else {
      throw InputError(.invalid, field: "transaction_id", "is missing")
    }
    guard let isFraud = reader.truth(Slot.fraud) else {
      throw InputError(.invalid, field: "fraud", "is true or false")
    }
    let source = text(Slot.source).map { String(decoding: $0, as: UTF8.self) }
    let isHeld = CardNumber.isHeld(
      inId: id,
      numericIds: source.map { numericIds.contains($0) } ?? false
    )
    var item = Item(
      id: id,
      idHoldsCardNumber: isHeld,
      source: source,
      verdict: isFraud ? .fraud : .legitimate,
      record: nil
    )
    if isHeld, reader.kind(Slot.account) != .absent {
      throw InputError(.invalid, field: "transaction_id", CardNumber.idRefusal)
    }
    if reader.kind(Slot.account) != .absent { item.record = try record(id, source) }
    return item
  }

  /// The transaction's record from the entities that the client sent.
  private func record(_ id: [UInt8], _ name: String?) throws(InputError) -> [UInt8] {
    guard let source = sources.first(where: { $0.name == name }) else {
      throw InputError(.invalid, field: "source", "is needed beside a transaction's entities")
    }
    var builder = TransactionBuilder(source: source.id, schema: source.schema)
    builder.set(text: Schema.Text.id, id.span)
    for (slot, target) in [
      (Slot.account, Schema.Text.account), (Slot.counterparty, Schema.Text.counterparty),
      (Slot.channel, Schema.Text.channel),
    ] {
      if let value = try entity(slot) { builder.set(text: target, value.span) }
    }
    builder.amount = try amount(source)
    guard let time = text(Slot.time),
      let instant = Timestamp(parsing: time.span, zone: source.zone)
    else {
      throw InputError(
        .invalid,
        field: "time",
        "is a time in ISO 8601, and is needed beside the account"
      )
    }
    builder.time = instant
    var bytes: [UInt8] = []
    builder.finish(into: &bytes)
    return bytes
  }

  /// An entity's text, a card number as its token; nil where it was not sent.
  private func entity(_ slot: Int) throws(InputError) -> [UInt8]? {
    guard reader.kind(slot) != .absent, reader.kind(slot) != .null else { return nil }
    func failure(_ detail: String) -> InputError {
      InputError(.invalid, field: reader.name(slot), detail)
    }
    guard let value = text(slot) else { throw failure("is a text") }
    if let problem = FieldText.problem(value) { throw failure(problem) }
    guard let token = CardNumber.entityToken(value, tokenizer) else { return value }
    return Array(token.text.utf8)
  }

  private func amount(_ source: Source) throws(InputError) -> Money {
    let scale = source.currency.scale
    guard let (amount, _) = reader.money(Slot.amount, true, scale), amount.minorUnits >= 0,
      !reader.isBelowZero(Slot.amount)
    else {
      throw InputError(
        .invalid,
        field: "amount",
        "is a number from 0 to \(Money.unitsMax), and is needed beside the account"
      )
    }
    return amount
  }
}
