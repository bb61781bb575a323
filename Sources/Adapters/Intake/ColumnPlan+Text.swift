package import Payments

extension ColumnPlan {
  package static let textBytesMax = 64 << 10

  /// Reads a column map: lines `FIELD = ["text"] [COLUMN] [else "text"]`, as docs/column-maps.md
  /// has it.
  ///
  /// `asked` is the dialect of the command line; without it the map's own counts, then `otherwise`.
  package init(
    parsing text: String,
    name: String,
    asked: Dialect?,
    otherwise: Dialect,
    zone find: (String) -> TimeZoneTable?
  ) throws(InputError) {
    guard text.utf8.count <= ColumnPlan.textBytesMax else {
      throw InputError(.tooLarge, "\(name) is longer than \(ColumnPlan.textBytesMax) bytes")
    }
    var lines: [ColumnMapLine] = []
    for (index, line) in PlainText.lines(PlainText.unified(text)).enumerated() {
      if let line = try ColumnMapLine(String(line), file: name, number: index + 1) {
        if lines.contains(where: { $0.field == line.field }) {
          throw line.failure("'\(line.field)' is mapped twice")
        }
        lines.append(line)
      }
    }
    self.init(try ColumnPlan.dialect(lines, asked) ?? otherwise)
    // The zone comes first: a start of counted seconds is read in it.
    for line in lines where line.field == "zone" {
      guard let word = line.column, line.text == nil, let table = find(word) else {
        throw line.failure("the name of a time zone is expected, such as Europe/Paris")
      }
      zone = table
    }
    for line in lines { try take(line) }
  }

  private static func dialect(
    _ lines: [ColumnMapLine],
    _ asked: Dialect?
  ) throws(InputError) -> Dialect? {
    guard let line = lines.first(where: { $0.field == "dialect" }) else { return asked }
    guard let word = line.column, line.text == nil, let dialect = Dialect(word: word) else {
      let known = Dialect.allCases.map(\.word).joined(separator: ", ")
      throw line.failure("a dialect is expected: \(known)")
    }
    guard asked == nil || asked == dialect else {
      throw line.failure("the map is for \(dialect.word), the command for \(asked?.word ?? "")")
    }
    return dialect
  }

  private mutating func take(_ line: ColumnMapLine) throws(InputError) {
    if line.field == "label" { mapsLabel = true }
    switch line.field {
    case "dialect", "zone": return
    case "currency":
      guard let word = line.column, line.text == nil, let found = Currency(code: word) else {
        throw line.failure("a currency's code is expected, such as EUR")
      }
      currency = found
      if dialect == .crypto { throw line.failure("a crypto file has its currencies in a column") }
    default:
      let role = try role(of: line)
      var entry =
        entries.first { $0.role == role }
        ?? Entry(field: line.field, role: role, columns: [], shown: line.field)
      entry.columns = line.column.map { [$0.lowercased()] } ?? []
      entry.shown = line.column ?? line.field
      entry.fallback = line.fallback.map { Array($0.utf8) }
      // A column that a map names must be there, unless the map says what stands for it.
      entry.needed = entry.needed || line.fallback == nil
      try take(line, into: &entry)
      entries.removeAll { $0.role == role }
      // A time that is mapped comes after a step that is not: the map decides.
      entries.append(entry)
    }
  }

  /// What the text before a column means for this field.
  private func take(_ line: ColumnMapLine, into entry: inout Entry) throws(InputError) {
    guard let text = line.text else { return }
    switch entry.role {
    case .time:
      guard line.column != nil else {
        throw line.failure("a column is expected behind the form of its times")
      }
      guard let form = TimeForm(text, zone: zone ?? .utc) else {
        throw line.failure(
          "'\(text)' is no form of a time, such as \"DD.MM.YYYY hh:mm:ss\" or"
            + " \"seconds since 2013-09-01\""
        )
      }
      entry.form = form
    case .label where line.column != nil: entry.fraudWord = Array(text.utf8)
    default:
      guard line.column == nil, line.fallback == nil else {
        throw line.failure("'\(line.field)' is one text or one column, not both")
      }
      entry.constant = Array(text.utf8)
    }
  }

  private func role(of line: ColumnMapLine) throws(InputError) -> FieldRole {
    if let entry = entries.first(where: { $0.field == line.field }) { return entry.role }
    let schema = dialect.schema
    if line.field == "time" { return .time }
    if line.field == "transaction_id" { return .id }
    if line.field == "label" { return .label }
    if let slot = schema.textSlot(line.field) { return .text(slot) }
    if let slot = schema.numberSlot(line.field) {
      return schema.numbers[slot].kind == .money ? .money(slot) : .number(slot)
    }
    let known =
      ["time", "amount", "label"] + schema.texts + schema.numbers.map(\.name)
      + ["dialect", "currency", "zone"]
    throw line.failure(
      "'\(line.field)' is no field of a \(dialect.word) transaction; known: "
        + known.joined(separator: ", ")
    )
  }
}

/// One line of a column map, cut into its words.
struct ColumnMapLine {
  let field: String
  /// What stands in quotes before a column, or alone.
  var text: String?
  var column: String?
  var fallback: String?
  private let file: String
  private let number: Int
  private let place: Int

  private enum Word: Equatable {
    case plain(String)
    case quoted(String)
    case equals
  }

  /// Nil for a line that says nothing.
  init?(_ line: String, file: String, number: Int) throws(InputError) {
    let words = try ColumnMapLine.words(line, file, number)
    guard let first = words.first else { return nil }
    func failure(_ index: Int, _ expected: String) -> InputError {
      let place = index < words.count ? words[index].place : line.count + 1
      return ColumnMapLine.failure(file, number, place, expected)
    }
    guard case .plain(let name) = first.word else { throw failure(0, "a field is expected") }
    guard words.count > 1, words[1].word == .equals else { throw failure(1, "'=' is expected") }
    field = name
    self.file = file
    self.number = number
    var index = 2
    place = index < words.count ? words[index].place : line.count + 1
    if index < words.count, case .quoted(let quoted) = words[index].word {
      text = quoted
      index += 1
    }
    if index < words.count, case .plain(let plain) = words[index].word, plain != "else" {
      column = plain
      index += 1
    }
    guard index > 2 else { throw failure(2, "a column, or a text in quotes, is expected") }
    if index < words.count, words[index].word == .plain("else") {
      guard index + 1 < words.count, case .quoted(let quoted) = words[index + 1].word else {
        throw failure(index + 1, "a text in quotes is expected behind 'else'")
      }
      fallback = quoted
      index += 2
    }
    guard index == words.count else { throw failure(index, "the line's end is expected") }
  }

  func failure(_ expected: String) -> InputError {
    ColumnMapLine.failure(file, number, place, expected)
  }

  private static func failure(
    _ file: String,
    _ line: Int,
    _ place: Int,
    _ expected: String
  ) -> InputError {
    InputError(.malformed, "\(file), line \(line), column \(place): \(expected)")
  }

  private static func words(
    _ line: String,
    _ file: String,
    _ number: Int
  ) throws(InputError) -> [(word: Word, place: Int)] {
    let letters = Array(line)
    var words: [(word: Word, place: Int)] = []
    var index = 0
    while index < letters.count, letters[index] != "#" {
      let start = index
      if letters[index].isWhitespace {
        index += 1
      } else if letters[index] == "=" {
        words.append((.equals, start + 1))
        index += 1
      } else if letters[index] == "\"" {
        guard let end = letters[(start + 1)...].firstIndex(of: "\"") else {
          throw failure(file, number, start + 1, "the text has no closing quote")
        }
        words.append((.quoted(String(letters[(start + 1)..<end])), start + 1))
        index = end + 1
      } else {
        while index < letters.count, !letters[index].isWhitespace,
          !"=\"#".contains(letters[index])
        {
          index += 1
        }
        words.append((.plain(String(letters[start..<index])), start + 1))
      }
    }
    return words
  }
}
