package import Payments

/// Reads the transactions of a CSV file in one dialect.
package struct TableReader {
  /// What one row gave besides its record.
  package struct Row: Sendable {
    package var time: Timestamp
    /// What the label column says, where the file has one.
    package var label: Verdict?
    /// What is to be said of the record; nil for most.
    package var note: RecordNote?
  }

  private var reader: CSVReader
  private let map: ColumnMap
  private let source: Source
  private let zone: TimeZoneTable
  private var builder: TransactionBuilder
  private let tokenizer: CardTokenizer
  private let firstRow: Int
  private let idPrefix: String
  private let hasIds: Bool
  private let numericIds: Bool
  private let rowIds: RowIds?
  private var dayText: [UInt8] = []
  private var dayStart = Timestamp(microseconds: 0)
  /// Rows that were read, wrong ones too.
  package private(set) var rows = 0
  /// Whether an error left no place to go on from.
  package private(set) var isBroken = false
  package let hasLabels: Bool

  /// Opens a file whose columns are the dialect's, or as a plan has them.
  ///
  /// A row without an id is `row-N`, or has another prefix; `firstRow` is the first N. `rowIds`
  /// give it an id by what it says. Behind an error the next row may be asked for, unless the
  /// reader `isBroken`.
  package init(
    path: String,
    pieces: (any InputPieces)? = nil,
    source: Source,
    columns plan: ColumnPlan? = nil,
    firstRow: Int = 0,
    idPrefix: String = "row-",
    numericIds: Bool = false,
    rowIds: RowIds? = nil,
    tokenizer: @escaping CardTokenizer
  ) throws(InputError) {
    reader = try CSVReader(path: path, pieces: pieces)
    let plan = plan ?? ColumnPlan(source.dialect)
    map = try ColumnMap(header: reader.header, plan: plan, dialect: source.dialect)
    hasLabels = map.columns.contains { $0.role == .label }
    hasIds = map.columns.contains { $0.role == .id || $0.role == .numericId }
    self.source = source
    self.firstRow = firstRow
    self.idPrefix = idPrefix
    self.numericIds = numericIds
    self.rowIds = rowIds
    zone = plan.zone ?? source.zone
    self.tokenizer = tokenizer
    builder = TransactionBuilder(source: source.id, schema: source.schema)
  }

  package var bytesRead: Int { reader.bytesRead }
  /// Bytes of the file itself that were read, also where they are packed.
  package var bytesConsumed: Int { reader.bytesConsumed }
  /// The names of the file's columns.
  package var header: [String] { reader.header }
  /// The id of the row that was read last, as far as it was understood.
  package var id: [UInt8] {
    Array(CardNumber.masked(String(decoding: builder.text(Schema.Text.id), as: UTF8.self)).utf8)
  }

  /// Appends the next transaction's record; nil at the end of the file.
  package mutating func next(into bytes: inout [UInt8]) throws(InputError) -> Row? {
    guard try advance() else { return nil }
    guard reader.fields.count == reader.header.count else {
      throw InputError(
        .malformed,
        "line \(reader.line): \(reader.fields.count) fields, the header has"
          + " \(reader.header.count)"
      )
    }
    var row = Row(time: Timestamp(microseconds: 0), label: nil)
    let buffer = reader.buffer
    for column in map.columns {
      if column.index < 0 || (column.hasValue && reader.fields[column.index].isEmpty) {
        let value = map.details[column.detail].value
        try take(column, value, 0..<value.count, into: &row)
      } else {
        try take(column, buffer, reader.fields[column.index], into: &row)
      }
    }
    row.time = builder.time
    if !hasIds { try name(into: &bytes) }
    builder.finish(into: &bytes)
    row.note = RecordNote(of: builder, numericIds, isSent: hasIds)
    return row
  }

  /// Gives a row its id.
  private mutating func name(into bytes: inout [UInt8]) throws(InputError) {
    builder.set(text: Schema.Text.id, "\(idPrefix)\(firstRow + rows - 1)")
    guard let rowIds else { return }
    let start = bytes.count
    if let isLogged = rowIds.isLogged {
      builder.finish(into: &bytes)
      let isKnown = try isLogged(bytes.span.extracting(start...), builder.earlierContent)
      bytes.removeLast(bytes.count - start)
      if isKnown { return }
    }
    builder.set(text: Schema.Text.id, "")
    builder.finish(into: &bytes)
    let content = TransactionRecord.content(bytes.span.extracting(start...))
    bytes.removeLast(bytes.count - start)
    builder.set(text: Schema.Text.id, rowIds.next(content))
  }

  /// Moves to the next row and counts it.
  private mutating func advance() throws(InputError) -> Bool {
    let line = reader.line
    builder.reset()
    do throws(InputError) {
      guard try reader.advance() else { return false }
    } catch {
      isBroken = reader.line == line
      if !isBroken { rows += 1 }
      throw error
    }
    rows += 1
    return true
  }

  /// Passes over a row without a look at its fields; false at the end of the file.
  package mutating func skip() throws(InputError) -> Bool {
    do throws(InputError) {
      return try advance()
    } catch {
      if isBroken { throw error }
      return true
    }
  }

  private func failure(
    _ column: ColumnMap.Column,
    _ cell: ArraySlice<UInt8>,
    _ expected: String
  ) -> InputError {
    let shown = CardNumber.masked(String(decoding: cell, as: UTF8.self)).prefix(40)
    return InputError(
      .invalid,
      field: map.details[column.detail].name,
      "line \(reader.line): '\(shown)' is not \(expected)"
    )
  }

  private mutating func take(
    _ column: ColumnMap.Column,
    _ bytes: [UInt8],
    _ range: Range<Int>,
    into row: inout Row
  ) throws(InputError) {
    if column.role.isText { return try takeText(column, bytes, range) }
    let isNeeded = column.role == .time || column.role == .numericId
    if range.isEmpty, column.mayBeEmpty, !isNeeded { return }
    let expected: String?
    switch column.role {
    case .label: expected = takeLabel(column, bytes[range], into: &row)
    case .time:
      let form = map.details[column.detail].form
      let time = form.map { $0.time(bytes[range], zone: zone) } ?? time(bytes, range)
      if let time { builder.time = time }
      expected = time != nil ? nil : form == nil ? "a time in ISO 8601" : "a time as mapped"
    default: expected = takeNumber(column.role, bytes, range)
    }
    if let expected { throw failure(column, bytes[range], expected) }
  }

  /// Takes a cell that is a number; what was expected where it is none.
  private mutating func takeNumber(
    _ role: FieldRole,
    _ bytes: [UInt8],
    _ range: Range<Int>
  ) -> String? {
    switch role {
    case .numericId:
      guard FieldValue.isId(bytes[range]) else {
        return "a whole number of up to \(FieldValue.idDigitsMax) digits"
      }
      builder.set(text: Schema.Text.id, bytes.span.extracting(range))
    case .amount:
      guard let (amount, earlier) = money(bytes, range),
        amount.minorUnits >= source.dialect.leastAmount,
        !Money.isBelowZero(bytes.span.extracting(range))
      else {
        let limit = Money.unitsMax(scale: source.currency.scale)
        return source.dialect.leastAmount > 0
          ? "an amount above 0, up to \(limit)" : "an amount from 0 to \(limit)"
      }
      builder.amount = amount
      if let earlier { builder.note(earlierAmount: earlier) }
    case .money(let slot):
      guard let (amount, earlier) = money(bytes, range) else { return "an amount" }
      builder.set(number: slot, amount)
      if let earlier { builder.note(earlierNumber: earlier, at: slot) }
    case .number(let slot):
      guard let value = FieldValue.number(bytes[range]) else { return "a number" }
      if CardNumber.isCard(value) { return "a number that is none of a card" }
      builder.set(number: slot, value)
    case .degrees(let slot, let bounds):
      guard let value = FieldValue.number(bytes[range]), bounds.contains(value) else {
        return "a number from \(Int(bounds.lowerBound)) to \(Int(bounds.upperBound))"
      }
      builder.set(number: slot, value)
    case .flag(let slot):
      guard let value = FieldValue.verdict(bytes[range]) else { return "0 or 1" }
      builder.set(number: slot, value == .fraud ? 1 : 0)
    case .step:
      guard let step = PaySim.step(bytes, range) else {
        return "a step from 0 to \(PaySim.stepMax)"
      }
      builder.set(number: PaySim.stepSlot, Double(step))
      builder.time = PaySim.time(ofStep: step)
    case .seconds:
      guard let value = FieldValue.number(bytes[range]),
        (0...Anonymised.secondsMax).contains(value)
      else { return "a number of seconds" }
      builder.set(number: Anonymised.secondsSlot, value)
      builder.time = Anonymised.time(ofSeconds: value)
    default: break
    }
    return nil
  }

  private func takeLabel(
    _ column: ColumnMap.Column,
    _ cell: ArraySlice<UInt8>,
    into row: inout Row
  ) -> String? {
    if let word = map.details[column.detail].fraudWord {
      row.label = cell.elementsEqual(word) ? .fraud : .legitimate
      return nil
    }
    row.label = FieldValue.verdict(cell)
    return row.label == nil ? "0 or 1" : nil
  }

  /// A cell's amount, and what it was read as before, if another one.
  private func money(_ bytes: [UInt8], _ range: Range<Int>) -> (Money, earlier: Money?)? {
    let span = bytes.span
    let cell = span.extracting(range)
    guard let written = Money(parsing: cell, scale: source.currency.scale) else { return nil }
    let earlier = Money(earlier: cell, scale: source.currency.scale)
    return (written, earlier == written ? nil : earlier)
  }

  private mutating func takeText(
    _ column: ColumnMap.Column,
    _ bytes: [UInt8],
    _ range: Range<Int>
  ) throws(InputError) {
    let cell = bytes[range]
    guard range.count <= TransactionRecord.textBytesMax else {
      throw failure(column, cell, "at most \(TransactionRecord.textBytesMax) bytes long")
    }
    guard !range.isEmpty || (column.mayBeEmpty && column.role != .id) else {
      throw failure(column, cell, "given")
    }
    let span = bytes.span
    var isPlain = true
    for index in range where span[index] >= 0x7F || span[index] < 0x20 { isPlain = false }
    if !isPlain {
      guard String(validating: cell, as: UTF8.self) != nil else {
        throw failure(column, cell, "UTF-8")
      }
      guard !FieldText.hasControls(span.extracting(range)) else {
        throw failure(column, cell, "without control characters")
      }
    }
    switch column.role {
    case .entity(let slot), .text(let slot): set(slot, bytes, range)
    case .type:
      guard PaySim.isType(Array(cell)) else {
        throw failure(column, cell, "one of \(PaySim.types.joined(separator: ", "))")
      }
      set(Schema.Text.channel, bytes, range)
    case .wallet(let slot, let checksum):
      set(slot, bytes, range)
      if !range.isEmpty {
        builder.take(wallet: Array(cell), checksum: checksum)
      }
    case .card(let slot, let checksum):
      if range.isEmpty { return }
      guard CardNumber.hasCardLength(cell) else { throw failure(column, cell, "a card number") }
      builder.set(text: slot, CardNumber.token(cell, tokenizer))
      builder.set(number: checksum, CardNumber.hasCheckDigit(cell) ? 1 : 0)
    case .currency(let slot):
      guard let currency = Currency(code: String(decoding: cell, as: UTF8.self)) else {
        throw failure(column, cell, "a currency's code of two to five letters")
      }
      builder.set(text: slot, currency.code)
    default: builder.set(text: Schema.Text.id, bytes.span.extracting(range))
    }
  }

  /// Ids are the file's own and stay; anything else with a card number becomes its token.
  private mutating func set(_ slot: Int, _ bytes: [UInt8], _ range: Range<Int>) {
    guard let token = CardNumber.entityToken(bytes[range], tokenizer) else {
      return builder.set(text: slot, bytes.span.extracting(range))
    }
    if token.isNew { builder.note(earlierText: Array(bytes[range]), at: slot) }
    builder.set(text: slot, token.text)
  }

  /// A time, with the day of the previous row at hand.
  private mutating func time(_ bytes: [UInt8], _ range: Range<Int>) -> Timestamp? {
    let span = bytes.span
    let field = span.extracting(range)
    if field.count == 19, zone.transitions.isEmpty, dayText.count == 10,
      field.extracting(0..<10).equals(dayText.span),
      let ofDay = secondsOfDay(field)
    {
      return Timestamp(
        microseconds: dayStart.microseconds + ofDay * Timestamp.microsecondsPerSecond
      )
    }
    guard let time = Timestamp(parsing: field, zone: zone) else { return nil }
    if let earlier = Timestamp(earlier: field, zone: zone) { builder.note(earlierTime: earlier) }
    if field.count == 19, secondsOfDay(field) != nil {
      dayText = field.extracting(0..<10).array
      dayStart = Timestamp(microseconds: time.day * Timestamp.microsecondsPerDay)
    }
    return time
  }

  /// Seconds of `...Thh:mm:ss`; nil where it is not of that form.
  private func secondsOfDay(_ field: borrowing Span<UInt8>) -> Int64? {
    func two(_ at: Int) -> Int64? {
      let (a, b) = (field[at], field[at + 1])
      guard a >= 48, a <= 57, b >= 48, b <= 57 else { return nil }
      return Int64(a - 48) * 10 + Int64(b - 48)
    }
    guard field[10] == UInt8(ascii: "T") || field[10] == UInt8(ascii: " "),
      field[13] == UInt8(ascii: ":"), field[16] == UInt8(ascii: ":"),
      let hour = two(11), let minute = two(14), let second = two(17),
      hour < 24, minute < 60, second < 60
    else { return nil }
    return (hour * 60 + minute) * 60 + second
  }
}
