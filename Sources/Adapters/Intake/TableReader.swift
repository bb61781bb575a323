package import Payments

/// Reads the transactions of a CSV file in one dialect.
package struct TableReader {
  /// What one row gave besides its record.
  package struct Row: Sendable {
    package var time: Timestamp
    /// What the label column says, where the file has one.
    package var label: Verdict?
  }

  private var reader: CSVReader
  private let map: ColumnMap
  private let source: Source
  private var builder: TransactionBuilder
  private let tokenizer: CardTokenizer
  private var dayText: [UInt8] = []
  private var dayStart = Timestamp(microseconds: 0)
  package private(set) var rows = 0
  package let hasLabels: Bool

  package init(
    path: String,
    source: Source,
    tokenizer: @escaping CardTokenizer
  ) throws(InputError) {
    reader = try CSVReader(path: path)
    map = try ColumnMap(header: reader.header, dialect: source.dialect)
    hasLabels = map.columns.contains { $0.role == .label }
    self.source = source
    self.tokenizer = tokenizer
    builder = TransactionBuilder(source: source.id, schema: source.schema)
  }

  package var bytesRead: Int { reader.bytesRead }

  /// Appends the next transaction's record; nil at the end of the file.
  package mutating func next(into bytes: inout [UInt8]) throws(InputError) -> Row? {
    guard try reader.advance() else { return nil }
    guard reader.fields.count == reader.header.count else {
      throw InputError(
        .malformed,
        "line \(reader.line): \(reader.fields.count) fields, the header has"
          + " \(reader.header.count)"
      )
    }
    builder.reset()
    var row = Row(time: Timestamp(microseconds: 0), label: nil)
    var hasId = false
    for column in map.columns {
      if column.role == .id { hasId = true }
      try take(column.role, column.name, reader.fields[column.index], into: &row)
    }
    if !hasId { builder.set(text: Schema.Text.id, "row-\(rows)") }
    rows += 1
    row.time = builder.time
    builder.finish(into: &bytes)
    return row
  }

  private func failure(_ name: String, _ range: Range<Int>, _ expected: String) -> InputError {
    let shown = String(decoding: reader.buffer[range].prefix(40), as: UTF8.self)
    return InputError(
      .invalid,
      field: name,
      "line \(reader.line): '\(shown)' is not \(expected)"
    )
  }

  private mutating func take(
    _ role: ColumnMap.Role,
    _ name: String,
    _ range: Range<Int>,
    into row: inout Row
  ) throws(InputError) {
    switch role {
    case .id: try setText(Schema.Text.id, name, range, required: true)
    case .account: try setText(Schema.Text.account, name, range, required: true)
    case .counterparty:
      try setText(Schema.Text.counterparty, name, range, required: false)
    case .channel: try setText(Schema.Text.channel, name, range, required: true)
    case .device: try setText(Schema.Text.device, name, range, required: false)
    case .location: try setText(Schema.Text.location, name, range, required: false)
    case .category: try setText(Schema.commonTexts.count, name, range, required: false)
    case .time:
      guard let time = time(range) else { throw failure(name, range, "a time in ISO 8601") }
      builder.time = time
    case .amount:
      guard let amount = money(range), amount.minorUnits >= 0 else {
        throw failure(name, range, "an amount from 0 to \(Money.unitsMax)")
      }
      builder.amount = amount
    case .number(let slot):
      if range.isEmpty { return }
      guard let amount = money(range) else { throw failure(name, range, "an amount") }
      builder.set(number: slot, amount)
    case .step:
      guard let step = PaySim.step(reader.buffer, range) else {
        throw failure(name, range, "a step from 0 to \(PaySim.stepMax)")
      }
      builder.set(number: PaySim.stepSlot, Double(step))
      builder.time = PaySim.time(ofStep: step)
    case .label:
      switch reader.buffer[range] {
      case [UInt8(ascii: "0")]: row.label = .legitimate
      case [UInt8(ascii: "1")]: row.label = .fraud
      case []: row.label = nil
      default: throw failure(name, range, "0 or 1")
      }
    }
  }

  private func money(_ range: Range<Int>) -> Money? {
    let span = reader.buffer.span
    return Money(parsing: span.extracting(range), scale: source.currency.scale)
  }

  private mutating func setText(
    _ slot: Int,
    _ name: String,
    _ range: Range<Int>,
    required: Bool
  ) throws(InputError) {
    guard range.count <= TransactionRecord.textBytesMax else {
      throw failure(name, range, "at most \(TransactionRecord.textBytesMax) bytes long")
    }
    guard !range.isEmpty || !required else { throw failure(name, range, "given") }
    if reader.buffer[range].contains(where: { $0 >= 0x80 || $0 < 0x20 }) {
      guard String(validating: reader.buffer[range], as: UTF8.self) != nil else {
        throw failure(name, range, "UTF-8")
      }
    }
    if slot != Schema.Text.id, CardNumber.isCardNumber(reader.buffer[range]) {
      builder.set(text: slot, CardNumber.token(reader.buffer[range], tokenizer))
      return
    }
    let buffer = reader.buffer
    builder.set(text: slot, buffer.span.extracting(range))
  }

  /// A time, with the day of the previous row at hand.
  private mutating func time(_ range: Range<Int>) -> Timestamp? {
    let buffer = reader.buffer
    let span = buffer.span
    let field = span.extracting(range)
    if field.count == 19, source.zone.transitions.isEmpty, dayText.count == 10,
      field.extracting(0..<10).equals(dayText.span),
      let ofDay = secondsOfDay(field)
    {
      return Timestamp(
        microseconds: dayStart.microseconds + ofDay * Timestamp.microsecondsPerSecond
      )
    }
    guard let time = Timestamp(parsing: field, zone: source.zone) else { return nil }
    if field.count == 19 {
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
