package import Payments

/// Reads the activities of a CSV file: logins, new devices, payees and passwords, in the order of
/// their time.
package struct ActivityReader {
  /// The columns, in any order; others are left aside, but for `activity_id`.
  package static let columns = ["time", "account", "activity", "succeeded", "device"]
  /// A column that need not be there.
  package static let idColumn = "activity_id"

  /// Where the columns stand in a row.
  private struct Places {
    var time = 0
    var account = 0
    var kind = 0
    var succeeded = 0
    var device = 0
    var id: Int?
  }

  private var reader: CSVReader
  private let places: Places
  private let source: Source
  private let zone: TimeZoneTable
  private let tokenizer: CardTokenizer
  private var last = Timestamp(microseconds: .min)
  /// How often rows that say the same were read, of the latest time.
  private let rowIds = RowIds()

  /// Opens a file, plain or gzip.
  ///
  /// `zone` is that of times without one of their own; the source's where nil.
  package init(
    path: String,
    source: Source,
    zone: TimeZoneTable? = nil,
    tokenizer: @escaping CardTokenizer
  ) throws(InputError) {
    reader = try CSVReader(path: path)
    let header = reader.header.map { $0.lowercased() }
    let ids = header.indices.filter { header[$0] == ActivityReader.idColumn }
    guard ids.count <= 1 else {
      throw InputError(
        .malformed,
        field: ActivityReader.idColumn,
        "line 1: a file of activities has this column once"
      )
    }
    var found: [Int] = []
    for name in ActivityReader.columns {
      let columns = header.indices.filter { header[$0] == name }
      guard columns.count == 1 else {
        throw InputError(
          .malformed,
          field: name,
          "line 1: a file of activities has this column \(columns.isEmpty ? "too" : "once");"
            + " expected \(ActivityReader.columns.joined(separator: ",")),"
            + " found \(reader.header.joined(separator: ","))"
        )
      }
      found.append(columns[0])
    }
    places = Places(
      time: found[0],
      account: found[1],
      kind: found[2],
      succeeded: found[3],
      device: found[4],
      id: ids.first
    )
    self.source = source
    self.zone = zone ?? source.zone
    self.tokenizer = tokenizer
  }

  /// The next row; nil at the end of the file.
  ///
  /// A row without an id gets one of what it says, and of its number among those that say the same,
  /// so that a file that is read again tells nothing new.
  package mutating func next() throws(InputError) -> Activity? {
    guard try reader.advance() else { return nil }
    guard reader.fields.count == reader.header.count else {
      throw InputError(
        .malformed,
        "line \(reader.line): \(reader.fields.count) fields, the header has"
          + " \(reader.header.count)"
      )
    }
    let time = try time()
    let word = String(decoding: reader.buffer[reader.fields[places.kind]], as: UTF8.self)
    guard let kind = ActivityKind.allCases.first(where: { $0.word == word }) else {
      let words = ActivityKind.allCases.map(\.word).joined(separator: ", ")
      throw failure("activity", places.kind, "one of \(words)")
    }
    let verdict = FieldValue.verdict(reader.buffer[reader.fields[places.succeeded]])
    guard let verdict else { throw failure("succeeded", places.succeeded, "0 or 1") }
    let account = try text("account", places.account)
    let device = try text("device", places.device)
    guard !account.isEmpty || !device.isEmpty else {
      throw failure("account", places.account, "given, and neither is the device")
    }
    let cell = Array(reader.buffer[reader.fields[places.time]])
    let told = ActivityText(
      kind,
      // The same words stand for yes and no.
      verdict == .fraud,
      time,
      earlier: Timestamp(earlier: cell.span, zone: zone),
      account: account,
      device: device
    )
    let id = try places.id.map { column throws(InputError) in
      try text(ActivityReader.idColumn, column)
    }
    var made = told.activity(of: source.id, id: id ?? "", tokenizer)
    if made.id.isEmpty {
      made.identify(as: rowIds.next(made.note?.earlierContent ?? made.fingerprint))
    }
    return made
  }

  private mutating func time() throws(InputError) -> Timestamp {
    let buffer = reader.buffer
    let cell = buffer.span.extracting(reader.fields[places.time])
    guard let time = Timestamp(parsing: cell, zone: zone) else {
      throw failure("time", places.time, "a time in ISO 8601")
    }
    guard time >= last else {
      throw failure("time", places.time, "\(last) or later, as rows stand in the order of time")
    }
    if time > last { rowIds.forget() }
    last = time
    return time
  }

  /// A name as the file has it.
  private func text(_ field: String, _ column: Int) throws(InputError) -> String {
    let cell = reader.buffer[reader.fields[column]]
    guard cell.count <= TransactionRecord.textBytesMax else {
      throw failure(field, column, "at most \(TransactionRecord.textBytesMax) bytes long")
    }
    guard let text = String(validating: cell, as: UTF8.self) else {
      throw failure(field, column, "UTF-8")
    }
    guard !FieldText.hasControls(Array(cell)) else {
      throw failure(field, column, "without control characters")
    }
    return text
  }

  private func failure(_ field: String, _ column: Int, _ expected: String) -> InputError {
    let cell = String(decoding: reader.buffer[reader.fields[column]], as: UTF8.self)
    let shown = CardNumber.masked(cell).prefix(40)
    return InputError(
      .invalid,
      field: field,
      "line \(reader.line): '\(shown)' is not \(expected)"
    )
  }
}
