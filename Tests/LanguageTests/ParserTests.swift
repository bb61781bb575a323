import Language
import Testing

struct ParserTests {
  @Test(arguments: [
    "feature a = amount / mean(amount) by account over 30d before this",
    "feature b = fraud_rate() by counterparty over 28d delayed 7d else 0",
    "feature c = not (a > 1 or b < 2) and weekend()",
    "feature d = 1 - (2 - 3) * -amount",
    """
    rule velocity: when count() by account over 10m where (channel = online) >= 5 and \
    amount > 3 * mean(amount) by account over 7d then review because "{amount} is much"
    """,
    "score big: when amount > 1000 add -1.5",
  ])
  func `the normal form of a statement parses to itself`(text: String) throws {
    let first = try Parser.parse(text)
    let again = try Parser.parse(first.map(\.description).joined(separator: "\n"))
    #expect(first.map(\.description) == again.map(\.description))
    #expect(first[0].description == text)
  }

  @Test func `a where clause without parentheses ends before the next comparison`() throws {
    let statements = try Parser.parse(
      "rule v: when count() by account over 10m where channel = online >= 5 then review"
    )
    guard
      case .rule(.binary(.greaterOrEqual, .aggregate(let aggregate), _, _), _, _) =
        statements[0].kind
    else {
      Issue.record("parsed as \(statements[0])")
      return
    }
    #expect(aggregate.filter?.description == "channel = online")
  }

  @Test(arguments: [
    ("feature = 1", "line 1, column 9: the feature's name expected, '=' found"),
    ("feature a = 1 +", "line 1, column 16: a value expected, the end of the program found"),
    ("feature a = count() over 1d", "count needs an entity"),
    ("feature a = count() by account", "count needs a window"),
    ("feature a = count() by account over 5", "a window such as 30m or 7d expected"),
    ("feature a = count() by account over 5y", "'y' is not a unit of time"),
    ("feature a = count() by account over 1d over 2d", "'over' is given twice"),
    ("feature a = 1 < 2 < 3", "comparisons do not chain"),
    ("feature a = 1 == 2", "'==' is not a sign (equality is a single '=')"),
    ("feature a = 'x'", "unexpected character ''' (texts stand in double quotes)"),
    ("feature a = \"x", "a text is not closed"),
    ("rule r: when amount > 1 review", "'then' expected, 'review' found"),
    ("rule r when amount > 1 then review", "':' expected"),
    ("score s: when amount > 1 add x", "a number of points expected"),
    ("amount > 1", "'feature', 'rule' or 'score' expected"),
    ("feature when = 1", "'when' is a word of the language"),
    ("feature a = (1", "')' expected"),
    ("feature a = max(amount) over 1d", "max needs an entity"),
    ("\nfeature a = ?", "line 2, column 13: unexpected character '?'"),
  ])
  func `mistakes are named with their place`(text: String, message: String) {
    do {
      _ = try Parser.parse(text)
      Issue.record("no error for \(text)")
    } catch {
      #expect(error.description.contains(message), "\(error)")
    }
  }

  @Test(arguments: ["(", "not ", "count() by a over 1d where ", "min("])
  func `deep nesting is refused, not overflowed`(piece: String) {
    let text = "feature a = " + String(repeating: piece, count: 5000) + "1"
    #expect(throws: LanguageError.self) { try Parser.parse(text) }
  }
}
