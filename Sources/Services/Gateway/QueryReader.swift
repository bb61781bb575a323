import HTTP
import Payments

/// A query that says something the route does not understand.
struct QueryError: Error {
  var field: String
  var message: String

  init(_ field: String, _ message: String) {
    self.field = field
    self.message = message
  }

  func answer(_ answer: inout HTTPAnswer, status: Int = 422) {
    var json = JSONText()
    json.open("{")
    json.key("error")
    json.value("invalid")
    json.key("field")
    json.value(field)
    json.key("message")
    json.value(message)
    json.close("}")
    answer.start(status)
    answer.append(json.bytes)
  }
}

/// Reads the query of a request, item by item.
struct QueryReader: ~Copyable {
  private let query: [UInt8]

  init(_ request: borrowing HTTPRequest) { query = request.withQuery { $0.array } }

  func text(_ name: StaticString) -> String? { PercentCoding.value(of: name, in: query.span) }

  func number(_ name: StaticString, _ range: ClosedRange<Int>) throws(QueryError) -> Int? {
    guard let text = text(name) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw QueryError(
        "\(name)",
        "\(name) is a number from \(range.lowerBound) to \(range.upperBound)"
      )
    }
    return value
  }

  func score(_ name: StaticString) throws(QueryError) -> Float? {
    guard let text = text(name) else { return nil }
    guard let value = Float(text), (0...1).contains(value) else {
      throw QueryError("\(name)", "\(name) is a number from 0 to 1")
    }
    return value
  }

  func truth(_ name: StaticString) throws(QueryError) -> Bool? {
    switch text(name) {
    case nil: return nil
    case "1", "true": return true
    case "0", "false": return false
    default: throw QueryError("\(name)", "\(name) is true or false")
    }
  }

  func outcome() throws(QueryError) -> Outcome? {
    guard let text = text("outcome") else { return nil }
    guard let outcome = Outcome(word: text) else {
      throw QueryError("outcome", "outcome is approve, challenge, review or decline")
    }
    return outcome
  }

  func source(_ catalog: Catalog) throws(QueryError) -> Source? {
    guard let text = text("source") else { return nil }
    guard let source = catalog.source(named: text) else {
      throw QueryError("source", "there is no such source")
    }
    return source
  }

  /// The span that a day or an instant in ISO 8601 stands for, µs; in UTC where it names no zone.
  func span(_ name: StaticString) throws(QueryError) -> Range<Int64>? {
    guard let text = text(name) else { return nil }
    let bytes = Array(text.utf8)
    guard let start = Timestamp(parsing: bytes.span)?.microseconds else {
      throw QueryError("\(name)", "\(name) is a date as 2026-01-31, or a time in ISO 8601")
    }
    return start..<start + (bytes.count == 10 ? Timestamp.microsecondsPerDay : 1)
  }

  /// A day as `2026-01-31`, in UTC, µs.
  func day(_ name: StaticString) throws(QueryError) -> Range<Int64>? {
    guard let span = try span(name) else { return nil }
    guard text(name)?.utf8.count == 10 else {
      throw QueryError("\(name)", "\(name) is a date as 2026-01-31")
    }
    return span
  }
}
