package import Payments

/// Decodes the transactions of JSON requests in one source's dialect to records.
package final class TransactionDecoder {
  package static let bodyBytesMax = 16 << 20

  package let source: Source
  private let reader: JSONReader
  private var builder: TransactionBuilder
  private let tokenizer: CardTokenizer
  /// The dialect's fields in JSON; a field's index is its slot in the reader.
  private let keys: [String]
  private let roles: [FieldRole]
  private let needed: [Bool]
  private let cardNumber: Int?
  private let numericIds: Bool
  /// What is to be said of the record that was decoded last; nil for most.
  package private(set) var note: RecordNote?

  /// A decoder for one thread.
  ///
  /// With `numericIds` an id of digits alone is never taken for a card number.
  package init(source: Source, numericIds: Bool = false, tokenizer: @escaping CardTokenizer) {
    self.source = source
    self.numericIds = numericIds
    self.tokenizer = tokenizer
    builder = TransactionBuilder(source: source.id, schema: source.schema)
    let fields = source.dialect.fields.filter { $0.known.contains(.json) }
    keys = fields.map(\.key)
    roles = fields.map(\.role)
    needed = fields.map { $0.needed.contains(.json) }
    cardNumber = roles.firstIndex(of: .cardNumber)
    // Clients send keys in one order, and the reader tries the next name first.
    var names = fields.enumerated().map { (name: $1.key, slot: $0) }
    for (slot, field) in fields.enumerated() {
      names += field.names.dropFirst().map { ($0, slot) }
    }
    reader = JSONReader(names: names, bytesMax: TransactionDecoder.bodyBytesMax)
  }

  /// Parses a request's text, which is followed by `JSONReader.padding` readable bytes.
  package func parse(_ text: RawSpan) throws(InputError) { try reader.parse(text) }

  /// Parses the first `count` bytes of a span that has the padding behind them.
  package func parse(padded bytes: borrowing Span<UInt8>, count: Int) throws(InputError) {
    try reader.parse(padded: bytes, count: count)
  }

  package var rootKind: JSONReader.Kind { reader.rootKind }

  /// Goes on with the object under a key of the root; false where there is none.
  package func enter(_ key: StaticString) -> Bool { reader.enter(key) }

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

  /// Passes over an item, whatever it is; false at the end.
  package func skip() -> Bool {
    if case .end = reader.next() { return false }
    return true
  }

  /// The present item's id as the client sent it, for answers to invalid items.
  package var clientId: String? {
    guard let slot = roles.firstIndex(where: { $0 == .id || $0 == .numericId }) else { return nil }
    return switch reader.kind(slot) {
    case .text: CardNumber.masked(reader.withText(slot) { $0.text })
    case .integer: CardNumber.masked(String(reader.integer(slot)))
    default: nil
    }
  }

  /// Appends the present item's record.
  ///
  /// `fallbackId` is the id of an item that has none; without it the sequencer gives it one.
  package func decode(
    into bytes: inout [UInt8],
    fallbackId: [UInt8]? = nil
  ) throws(InputError) {
    builder.reset()
    note = nil
    if let name = reader.verificationCode {
      throw InputError(.forbidden, field: name, "card verification codes are never accepted")
    }
    if !source.dialect.ignoresUnknownFields, let unknown = reader.unknownKey {
      throw InputError(.invalid, field: unknown, "is not a field of a transaction")
    }
    var hasId = false
    builder.flags.insert(.timeIsReceivedAt)
    for slot in roles.indices {
      if reader.isRepeated(slot) {
        throw InputError(.invalid, field: reader.name(slot), "is given twice")
      }
      let kind = reader.kind(slot)
      if kind == .absent || kind == .null {
        if needed[slot] { try requireOther(slot, kind) }
        continue
      }
      try take(roles[slot], slot)
      hasId = hasId || roles[slot] == .id || roles[slot] == .numericId
    }
    if !hasId {
      if let fallbackId {
        builder.set(text: Schema.Text.id, fallbackId.span)
      } else {
        builder.setSequencedId(prefix: source.dialect.sequencedIdPrefix)
      }
    }
    builder.finish(into: &bytes)
    note = RecordNote(of: builder, numericIds)
  }

  /// Throws unless something else stands for a field that is not there.
  private func requireOther(_ slot: Int, _ kind: JSONReader.Kind) throws(InputError) {
    if roles[slot] == .entity(Schema.Text.account), let cardNumber,
      reader.kind(cardNumber) != .absent, reader.kind(cardNumber) != .null
    {
      return
    }
    let name = kind == .absent ? keys[slot] : reader.name(slot)
    guard let expected = expectation(roles[slot]) else {
      throw InputError(.invalid, field: name, "is missing")
    }
    throw InputError(.invalid, field: name, "\(expected), and is missing")
  }

  private func failure(_ slot: Int, _ detail: String) -> InputError {
    InputError(.invalid, field: reader.name(slot), detail)
  }

  /// What a value of a role is; nil for texts.
  private func expectation(_ role: FieldRole) -> String? {
    switch role {
    case .amount:
      let limit = Money.unitsMax(scale: source.currency.scale)
      return source.dialect.leastAmount > 0
        ? "is a number above 0, up to \(limit)" : "is a number from 0 to \(limit)"
    case .numericId: return "is a whole number of up to \(FieldValue.idDigitsMax) digits"
    case .time: return "is a text with a time in ISO 8601, from 1970 to 2199"
    case .step: return "is a whole number from 0 to \(PaySim.stepMax)"
    case .seconds: return "is a number of seconds from 0 to \(Int(Anonymised.secondsMax))"
    case .type: return "is one of \(PaySim.types.joined(separator: ", "))"
    case .money, .number: return "is a number"
    case .degrees(_, let range):
      return "is a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
    case .flag: return "is 0 or 1, or true or false"
    case .cardNumber: return "is not a card number"
    case .card:
      let (least, most) = (CardNumber.lengths.lowerBound, CardNumber.lengths.upperBound)
      return "is a card number of \(least) to \(most) digits"
    case .currency: return "is a currency's code of two to five letters"
    case .sameCurrency: return "is \(source.currency.code) for source \(source.name)"
    case .sourceName: return "is \(source.name) for this request; another by ?source="
    case .label: return "is null, 0 or 1"
    case .id, .entity, .text, .wallet: return nil
    }
  }

  private func take(_ role: FieldRole, _ slot: Int) throws(InputError) {
    let accepted: Bool
    switch role {
    case .id: accepted = try takeId(slot)
    case .numericId: accepted = takeNumericId(slot)
    case .entity(let target): accepted = try takeEntity(slot, target)
    case .text(let target):
      try takeText(slot, target)
      accepted = true
    case .type:
      try takeText(slot, Schema.Text.channel)
      accepted = PaySim.isType(builder.text(Schema.Text.channel))
    case .wallet(let target, let checksum):
      try takeText(slot, target, needed: needed[slot])
      builder.take(wallet: builder.text(target), checksum: checksum)
      accepted = true
    case .cardNumber: accepted = takeCardNumber(slot)
    case .card(let target, let checksum): accepted = takeCard(slot, target, checksum)
    case .currency(let target): accepted = takeCurrency(slot, target)
    case .sameCurrency: accepted = text(slot)?.uppercased() == source.currency.code
    case .sourceName: accepted = text(slot) == source.name
    default: accepted = try takeValue(role, slot)
    }
    if !accepted { throw failure(slot, expectation(role) ?? "is a text") }
  }

  /// Numbers and times; false where the value is none.
  private func takeValue(_ role: FieldRole, _ slot: Int) throws(InputError) -> Bool {
    switch role {
    case .amount:
      guard let (amount, earlier) = reader.money(slot, takesAmountsAsText, scale),
        amount.minorUnits >= source.dialect.leastAmount, !reader.isBelowZero(slot)
      else { return false }
      builder.amount = amount
      if let earlier { builder.note(earlierAmount: earlier) }
    case .money(let target):
      guard let (amount, earlier) = reader.money(slot, takesAmountsAsText, scale) else {
        return false
      }
      builder.set(number: target, amount)
      if let earlier { builder.note(earlierNumber: earlier, at: target) }
    case .number(let target):
      guard let value = number(slot) else { return false }
      if CardNumber.isCard(value) { throw failure(slot, CardNumber.textRefusal) }
      builder.set(number: target, value)
    case .degrees(let target, let range):
      guard let value = number(slot), range.contains(value) else { return false }
      builder.set(number: target, value)
    case .flag(let target):
      guard let value = flag(slot) else { return false }
      builder.set(number: target, value ? 1 : 0)
    case .label: return flag(slot) != nil
    case .step:
      guard reader.kind(slot) == .integer,
        (0...Int64(PaySim.stepMax)).contains(reader.integer(slot))
      else { return false }
      builder.set(number: PaySim.stepSlot, Double(reader.integer(slot)))
    case .seconds:
      guard let value = number(slot), (0...Anonymised.secondsMax).contains(value) else {
        return false
      }
      builder.set(number: Anonymised.secondsSlot, value)
    case .time:
      let zone = source.zone
      guard reader.kind(slot) == .text,
        let time = reader.withText(slot, { Timestamp(parsing: $0, zone: zone) })
      else { return false }
      builder.time = time
      if let earlier = reader.withText(slot, { Timestamp(earlier: $0, zone: zone) }) {
        builder.note(earlierTime: earlier)
      }
      builder.flags.remove(.timeIsReceivedAt)
    default: return false
    }
    return true
  }

  private func text(_ slot: Int) -> String? {
    reader.kind(slot) == .text ? reader.withText(slot) { $0.text } : nil
  }

  private func number(_ slot: Int) -> Double? {
    switch reader.kind(slot) {
    case .integer, .double: reader.number(slot)
    default: nil
    }
  }

  private func flag(_ slot: Int) -> Bool? {
    switch reader.kind(slot) {
    case .truth: reader.integer(slot) == 1
    case .integer where (0...1).contains(reader.integer(slot)): reader.integer(slot) == 1
    default: nil
    }
  }

  private var scale: UInt8 { source.currency.scale }
  private var takesAmountsAsText: Bool { source.dialect.takesAmountsAsText }

  /// A text of letters and digits, or the digits of a whole number.
  private func characters(_ slot: Int) -> [UInt8]? {
    switch reader.kind(slot) {
    case .text: reader.withText(slot) { $0.array }
    case .integer: Array(String(reader.integer(slot)).utf8)
    default: nil
    }
  }

  private func takeText(
    _ slot: Int,
    _ target: Int,
    needed: Bool = false
  ) throws(InputError) {
    guard reader.kind(slot) == .text else { throw failure(slot, "is a text") }
    let problem: String? = reader.withText(slot) { text in
      if text.isEmpty { return needed ? "is empty" : nil }
      if let problem = FieldText.problem(text) { return problem }
      builder.set(text: target, text)
      return nil
    }
    if let problem { throw failure(slot, problem) }
    if target != Schema.Text.id { hideCardNumber(target) }
  }

  /// Ids are the client's own and stay; anything else with a card number becomes its token.
  private func hideCardNumber(_ target: Int) {
    let text = builder.text(target)
    guard let token = CardNumber.entityToken(text, tokenizer) else { return }
    if token.isNew { builder.note(earlierText: text, at: target) }
    builder.set(text: target, token.text)
  }

  private func takeId(_ slot: Int) throws(InputError) -> Bool {
    if reader.kind(slot) == .integer {
      builder.set(text: Schema.Text.id, String(reader.integer(slot)))
    } else {
      try takeText(slot, Schema.Text.id, needed: true)
    }
    return true
  }

  private func takeNumericId(_ slot: Int) -> Bool {
    guard let id = characters(slot), FieldValue.isId(id) else { return false }
    builder.set(text: Schema.Text.id, id.span)
    return true
  }

  private func takeEntity(_ slot: Int, _ target: Int) throws(InputError) -> Bool {
    guard reader.kind(slot) == .integer else {
      try takeText(slot, target, needed: needed[slot])
      return true
    }
    builder.set(text: target, String(reader.integer(slot)))
    hideCardNumber(target)
    return true
  }

  /// A card's number in place of the account; an account that is sent too has been taken already.
  private func takeCardNumber(_ slot: Int) -> Bool {
    guard let digits = characters(slot), CardNumber.isCardNumber(digits) else { return false }
    if builder.text(Schema.Text.account).isEmpty {
      builder.set(text: Schema.Text.account, CardNumber.token(digits, tokenizer))
    }
    return true
  }

  private func takeCard(_ slot: Int, _ target: Int, _ checksum: Int) -> Bool {
    guard let digits = characters(slot), CardNumber.hasCardLength(digits) else { return false }
    builder.set(text: target, CardNumber.token(digits, tokenizer))
    builder.set(number: checksum, CardNumber.hasCheckDigit(digits) ? 1 : 0)
    return true
  }

  private func takeCurrency(_ slot: Int, _ target: Int) -> Bool {
    guard let code = text(slot).flatMap({ Currency(code: $0) })?.code else { return false }
    builder.set(text: target, code)
    return true
  }
}
