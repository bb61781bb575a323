/// Reads a program's statements (docs/language.md has the grammar).
package struct Parser {
  private let tokens: [Token]
  private var index = 0
  private var nesting = 0
  /// Operators so far in the outermost expression.
  private var terms = 0

  package static let reserved: Set<String> = [
    "feature", "rule", "score", "when", "then", "add", "because", "and", "or", "not", "else",
    "by", "as", "over", "delayed", "where", "before", "this",
  ]
  /// Words that continue an aggregate.
  private static let clauses: Set<String> = ["by", "over", "delayed", "where", "before"]

  private init(_ tokens: [Token]) { self.tokens = tokens }

  /// The statements of a program; the first mistake is thrown.
  package static func parse(_ text: String) throws(LanguageError) -> [Statement] {
    var parser = Parser(try Lexer.tokens(of: text))
    var statements: [Statement] = []
    while parser.token.kind != .end {
      guard statements.count < ProgramLimits.statementsMax else {
        throw LanguageError(
          "a program has at most \(ProgramLimits.statementsMax) statements",
          at: parser.token.location
        )
      }
      statements.append(try parser.statement())
    }
    return statements
  }

  /// A single expression, as what-if questions use it.
  package static func expression(_ text: String) throws(LanguageError) -> Expression {
    var parser = Parser(try Lexer.tokens(of: text))
    let expression = try parser.expression()
    guard parser.token.kind == .end else {
      throw parser.unexpected("the end of the expression")
    }
    return expression
  }

  private var token: Token { tokens[index] }

  private mutating func advance() { if index < tokens.count - 1 { index += 1 } }

  private func unexpected(_ wanted: String, hint: String? = nil) -> LanguageError {
    LanguageError("\(wanted) expected, \(token.shown) found", at: token.location, hint: hint)
  }

  private func isWord(_ word: String) -> Bool { token.kind == .name(word) }

  private mutating func take(word: String) -> Bool {
    guard isWord(word) else { return false }
    advance()
    return true
  }

  private mutating func take(sign: String) -> Bool {
    guard token.kind == .sign(sign) else { return false }
    advance()
    return true
  }

  private mutating func expect(word: String) throws(LanguageError) {
    guard take(word: word) else { throw unexpected("'\(word)'") }
  }

  private mutating func expect(sign: String) throws(LanguageError) {
    guard take(sign: sign) else { throw unexpected("'\(sign)'") }
  }

  private mutating func newName(_ what: String) throws(LanguageError) -> String {
    guard case .name(let name) = token.kind else { throw unexpected("the \(what)'s name") }
    guard !Parser.reserved.contains(name) else {
      throw LanguageError("'\(name)' is a word of the language", at: token.location)
    }
    guard name.utf8.count <= ProgramLimits.nameBytesMax else {
      throw LanguageError(
        "a name has at most \(ProgramLimits.nameBytesMax) bytes",
        at: token.location
      )
    }
    advance()
    return name
  }

  private mutating func statement() throws(LanguageError) -> Statement {
    let place = token.location
    if take(word: "feature") {
      let name = try newName("feature")
      try expect(sign: "=")
      return Statement(name: name, kind: .feature(try expression()), location: place)
    }
    if take(word: "rule") {
      let name = try newName("rule")
      try expect(sign: ":")
      try expect(word: "when")
      let condition = try expression()
      try expect(word: "then")
      guard case .name(let outcome) = token.kind else { throw unexpected("an outcome") }
      advance()
      return Statement(
        name: name,
        kind: .rule(condition: condition, outcome: outcome, reason: try reason()),
        location: place
      )
    }
    if take(word: "score") {
      let name = try newName("score")
      try expect(sign: ":")
      try expect(word: "when")
      let condition = try expression()
      try expect(word: "add")
      let negative = take(sign: "-")
      guard case .number(let points) = token.kind else { throw unexpected("a number of points") }
      advance()
      return Statement(
        name: name,
        kind: .score(
          condition: condition,
          points: negative ? -points : points,
          reason: try reason()
        ),
        location: place
      )
    }
    throw unexpected("'feature', 'rule' or 'score'")
  }

  private mutating func reason() throws(LanguageError) -> String? {
    guard take(word: "because") else { return nil }
    guard case .text(let text) = token.kind else { throw unexpected("a text in double quotes") }
    advance()
    return text
  }
}

extension Parser {
  private mutating func expression() throws(LanguageError) -> Expression {
    if nesting == 0 { terms = 0 }
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= ProgramLimits.nestingMax else {
      throw LanguageError(
        "expressions are nested at most \(ProgramLimits.nestingMax) deep",
        at: token.location
      )
    }
    return try binary(atLeast: 1)
  }

  /// Precedence climbing; comparisons do not chain.
  private mutating func binary(atLeast strength: Int) throws(LanguageError) -> Expression {
    var left: Expression
    let place = token.location
    if strength <= 3, take(word: "not") {
      nesting += 1
      defer { nesting -= 1 }
      guard nesting <= ProgramLimits.nestingMax else {
        throw LanguageError("too many 'not'", at: place)
      }
      left = .unary(.not, try binary(atLeast: 3), place)
    } else {
      left = try unary()
    }
    while let sign = binaryOperator(), sign.strength >= strength {
      let place = token.location
      terms += 1
      guard terms <= ProgramLimits.statementsMax else {
        throw LanguageError("an expression is too long", at: place)
      }
      advance()
      let right = try binary(atLeast: sign.strength + 1)
      left = .binary(sign, left, right, place)
      if sign.strength == 4, let next = binaryOperator(), next.strength == 4 {
        throw LanguageError(
          "comparisons do not chain",
          at: token.location,
          hint: "join them with 'and'"
        )
      }
    }
    return left
  }

  private func binaryOperator() -> BinaryOperator? {
    switch token.kind {
    case .sign(let sign): BinaryOperator(rawValue: sign)
    case .name("and"): .and
    case .name("or"): .or
    case .name("else"): .otherwise
    default: nil
    }
  }

  private mutating func unary() throws(LanguageError) -> Expression {
    let place = token.location
    var negations = 0
    while take(sign: "-") { negations += 1 }
    let operand = try primary()
    return negations % 2 == 0 ? operand : .unary(.negate, operand, place)
  }

  private mutating func primary() throws(LanguageError) -> Expression {
    let place = token.location
    switch token.kind {
    case .number(let value):
      advance()
      return .number(value)
    case .duration(let seconds):
      advance()
      return .duration(seconds)
    case .text(let text):
      advance()
      return .text(text)
    case .sign("("):
      advance()
      let inner = try expression()
      try expect(sign: ")")
      return inner
    case .name(let name):
      guard !Parser.reserved.contains(name) else { throw unexpected("a value") }
      advance()
      guard take(sign: "(") else { return .name(name, place) }
      let arguments = try arguments()
      guard let word = AggregateWord(rawValue: name) else { return .call(name, arguments, place) }
      // `min` and `max` of two numbers are plain functions.
      if word == .min || word == .max, !continuesAggregate {
        return .call(name, arguments, place)
      }
      return .aggregate(try aggregate(word, arguments, place))
    default: throw unexpected("a value")
    }
  }

  private mutating func arguments() throws(LanguageError) -> [Expression] {
    var arguments: [Expression] = []
    if take(sign: ")") { return arguments }
    repeat {
      guard arguments.count < 8 else {
        throw LanguageError("a function has at most 8 arguments", at: token.location)
      }
      arguments.append(try expression())
    } while take(sign: ",")
    try expect(sign: ")")
    return arguments
  }

  private var continuesAggregate: Bool {
    if case .name(let word) = token.kind { return Parser.clauses.contains(word) }
    return false
  }

  private mutating func aggregate(
    _ function: AggregateWord,
    _ arguments: [Expression],
    _ place: Location
  ) throws(LanguageError) -> AggregateExpression {
    var draft = AggregateExpression(
      function: function,
      arguments: arguments,
      key: [],
      windowSeconds: 0,
      delaySeconds: 0,
      beforeThis: false,
      location: place
    )
    var given: Set<String> = []
    while continuesAggregate, case .name(let word) = token.kind {
      guard given.insert(word).inserted else {
        throw LanguageError("'\(word)' is given twice", at: token.location)
      }
      advance()
      switch word {
      case "by":
        draft.key = try entityKey()
        if take(word: "as") { draft.role = try entityKey() }
      case "over": draft.windowSeconds = try span("a window", from: 1)
      case "delayed": draft.delaySeconds = try span("a delay", from: 0)
      case "where": draft.filter = try whereClause()
      default:
        try expect(word: "this")
        draft.beforeThis = true
      }
    }
    guard given.contains("by") else {
      throw LanguageError(
        "\(function.rawValue) needs an entity",
        at: place,
        hint: "as in '\(function.example)'"
      )
    }
    guard given.contains("over") else {
      throw LanguageError(
        "\(function.rawValue) needs a window",
        at: place,
        hint: "as in 'over 30d'"
      )
    }
    return draft
  }

  private mutating func entityKey() throws(LanguageError) -> [String] {
    guard take(sign: "(") else { return [try newName("entity")] }
    var names = [try newName("entity")]
    while take(sign: ",") {
      guard names.count < 3 else {
        throw LanguageError("an entity has at most 3 fields", at: token.location)
      }
      names.append(try newName("entity"))
    }
    try expect(sign: ")")
    return names
  }

  private mutating func span(
    _ what: String,
    from least: Double
  ) throws(LanguageError) -> Double {
    guard case .duration(let seconds) = token.kind else {
      throw unexpected("\(what) such as 30m or 7d")
    }
    guard seconds >= least, seconds <= ProgramLimits.windowSecondsMax,
      seconds == seconds.rounded()
    else {
      throw LanguageError(
        "\(what) is a whole number of seconds, from \(Int(least)) s to 3660 d",
        at: token.location
      )
    }
    advance()
    return seconds
  }

  /// One comparison, or any condition in parentheses, so that what follows compares the aggregate.
  private mutating func whereClause() throws(LanguageError) -> Expression {
    nesting += 1
    defer { nesting -= 1 }
    guard nesting <= ProgramLimits.nestingMax else {
      throw LanguageError("too many nested 'where'", at: token.location)
    }
    if case .sign("(") = token.kind { return try primary() }
    let left = try primary()
    let place = token.location
    guard let sign = binaryOperator(), sign.strength == 4 else {
      // A condition by its name, as in 'where fraud'.
      switch left {
      case .name, .call: return left
      default: throw unexpected("a comparison such as 'channel = online'")
      }
    }
    advance()
    return .binary(sign, left, try primary(), place)
  }
}
