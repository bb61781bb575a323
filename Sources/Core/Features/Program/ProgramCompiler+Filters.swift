import Language
import Payments

extension ProgramCompiler {
  /// Words for what becomes known of a transaction besides its fields.
  static let factWords: Set<String> = [
    "fraud", "outcome", "activity", "succeeded", "disposition",
  ]

  /// What becomes known of a transaction some time after its decision.
  enum Fact: Hashable, Sendable {
    case fraud
    case disposition(UInt8)

    func measure(_ filter: Int?) -> Measure {
      switch self {
      case .fraud: Measure(kind: .fraud, filter: filter)
      case .disposition(let raw): Measure(kind: .disposition, filter: filter, disposition: raw)
      }
    }
  }

  /// Takes an aggregate's `where` apart.
  mutating func selection(
    of aggregate: AggregateExpression
  ) throws(LanguageError) -> Selection {
    var selection = Selection()
    guard let condition = aggregate.filter else {
      if aggregate.function == .streak {
        throw LanguageError(
          "streak needs a 'where' that its transactions meet",
          at: aggregate.location,
          hint: "as in '\(aggregate.function.example)'"
        )
      }
      return selection
    }
    let place = condition.location ?? aggregate.location
    if condition.mentions("activity") || condition.mentions("succeeded") {
      guard aggregate.function.takesActivities else {
        throw LanguageError(
          "\(aggregate.function.rawValue) does not look at activities",
          at: place,
          hint: "count and time_since_last do"
        )
      }
      selection.isActivity = true
      selection.filter = try activityFilter(condition, place)
      return selection
    }
    for term in condition.conjuncts {
      if let fact = try fact(term) {
        guard aggregate.function.takesFacts else {
          throw LanguageError(
            "\(aggregate.function.rawValue) does not look at what is known only later",
            at: term.location ?? place,
            hint: "count, streak, time_since_last and decayed_count do"
          )
        }
        guard selection.fact == nil else {
          throw LanguageError("one label or disposition in a 'where'", at: place)
        }
        selection.fact = fact
      } else if let rest = selection.condition {
        selection.condition = .binary(.and, rest, term, place)
      } else {
        selection.condition = term
      }
    }
    if let rest = selection.condition {
      let number = try number(ofFilter: rest, place)
      selection.filter = number
      selection.level = filters[number].level
    }
    return selection
  }

  /// The filter of a selection that also asks for a field to be there.
  mutating func presentFilter(
    _ selection: Selection,
    _ aggregate: AggregateExpression,
    _ field: FieldUse
  ) throws(LanguageError) -> Int {
    let sums = aggregate.function == .mean || aggregate.function == .std
    let present = sums ? summed(field) : present(field)
    let both = selection.condition.map { Expression.binary(.and, present, $0, field.place) }
    return try number(ofFilter: both ?? present, aggregate.location)
  }

  private func present(_ field: FieldUse) -> Expression {
    let name = Expression.name(field.name, field.place)
    return .unary(.not, .call("missing", [name], field.place), field.place)
  }

  /// Whether a field counts in sums: it is there, and not too large a number.
  func summed(_ field: FieldUse) -> Expression {
    guard field.isNumber else { return present(field) }
    let size = Expression.call("abs", [.name(field.name, field.place)], field.place)
    return .binary(.lessOrEqual, size, .number(Profile.summedNumberMax), field.place)
  }

  /// The filter of a selection that passes over what adds nothing to a sum.
  ///
  /// Where nothing passes it a decayed sum is 0, whatever rounding earlier values left.
  mutating func additiveFilter(
    _ selection: Selection,
    _ aggregate: AggregateExpression,
    _ field: FieldUse
  ) throws(LanguageError) -> Int {
    let name = Expression.name(field.name, field.place)
    var adds = Expression.binary(.notEqual, name, .number(0), field.place)
    if field.isNumber {
      // Half a millionth is rounded to nothing.
      let size = Expression.call("abs", [name], field.place)
      let least = Expression.number(0.5 / Profile.numberScale)
      adds = .binary(.greater, size, least, field.place)
      adds = .binary(.and, adds, summed(field), field.place)
    }
    let both = selection.condition.map { Expression.binary(.and, adds, $0, field.place) }
    return try number(ofFilter: both ?? adds, aggregate.location)
  }

  /// A term that is a label or a disposition.
  private func fact(_ term: Expression) throws(LanguageError) -> Fact? {
    switch term {
    case .name("fraud", _): return .fraud
    case .unary(.not, .name("fraud", _), let place):
      throw LanguageError(
        "'not fraud' is not kept: most transactions never get a label",
        at: place,
        hint: "use fraud_rate, or subtract a count 'where fraud' from the count"
      )
    case .binary(.equal, .name("disposition", _), .name(let word, let place), _):
      guard let kind = DispositionKind.allCases.first(where: { $0.word == word }) else {
        throw LanguageError(
          "'\(word)' is not a disposition",
          at: place,
          hint: "dispositions: " + DispositionKind.allCases.map(\.word).joined(separator: ", ")
        )
      }
      return .disposition(kind.rawValue)
    default:
      for word in ["fraud", "disposition"] where term.mentions(word) {
        throw LanguageError(
          "'\(word)' stands alone or is joined to other conditions by 'and'",
          at: term.location ?? Location(line: 1, column: 1),
          hint: word == "fraud"
            ? "as in 'where (fraud and amount > 100)'" : "as in 'where disposition = refunded'"
        )
      }
      return nil
    }
  }

  mutating func number(
    ofFilter expression: Expression,
    _ place: Location
  ) throws(LanguageError) -> Int {
    let plain = expression.withoutPlaces
    if let number = filterNumbers[plain] { return number }
    let value = try compile(expression)
    try expect(.truth, value, place)
    let filter = FilterPlan(domain: .transaction(register: value.register), level: value.stage)
    let number = try addFilter(filter, plain, place)
    filterNumbers[plain] = number
    return number
  }

  mutating func addFilter(
    _ filter: FilterPlan,
    _ expression: Expression,
    _ place: Location
  ) throws(LanguageError) -> Int {
    guard filters.count < ProgramCompiler.filtersMax else {
      throw LanguageError(
        "a program has at most \(ProgramCompiler.filtersMax) different 'where'",
        at: place
      )
    }
    filters.append(filter)
    filterTexts.append(expression.naming(featureMeanings).description)
    return filters.count - 1
  }

  /// The filter of some activities, tried on each of them.
  private mutating func activityFilter(
    _ condition: Expression,
    _ place: Location
  ) throws(LanguageError) -> Int {
    if let number = filterNumbers[condition.withoutPlaces] { return number }
    var mask: UInt16 = 0
    for kind in ActivityKind.allCases {
      for succeeded in [false, true] where try holds(condition, kind, succeeded, place) {
        mask |= 1 << (2 * UInt16(kind.rawValue) + (succeeded ? 1 : 0))
      }
    }
    let plain = condition.withoutPlaces
    let number = try addFilter(FilterPlan(domain: .activity(mask)), plain, place)
    filterNumbers[plain] = number
    return number
  }

  private func holds(
    _ condition: Expression,
    _ kind: ActivityKind,
    _ succeeded: Bool,
    _ place: Location
  ) throws(LanguageError) -> Bool {
    switch condition {
    case .name("succeeded", _): return succeeded
    case .unary(.not, let inner, _): return try !holds(inner, kind, succeeded, place)
    case .binary(.and, let left, let right, _):
      let first = try holds(left, kind, succeeded, place)
      return try holds(right, kind, succeeded, place) && first
    case .binary(.or, let left, let right, _):
      let first = try holds(left, kind, succeeded, place)
      return try holds(right, kind, succeeded, place) || first
    case .binary(let sign, .name("activity", _), .name(let word, let wordPlace), _)
    where sign == .equal || sign == .notEqual:
      guard ActivityKind.allCases.contains(where: { $0.word == word }) else {
        throw LanguageError(
          "'\(word)' is not an activity",
          at: wordPlace,
          hint: "activities: " + ActivityKind.allCases.map(\.word).joined(separator: ", ")
        )
      }
      return (kind.word == word) == (sign == .equal)
    default:
      throw LanguageError(
        "an activity is chosen by 'activity' and 'succeeded' only",
        at: condition.location ?? place,
        hint: "as in 'where (activity = login and not succeeded)'"
      )
    }
  }
}

extension Expression {
  /// The terms that `and` joins.
  fileprivate var conjuncts: [Expression] {
    if case .binary(.and, let left, let right, _) = self { return left.conjuncts + right.conjuncts }
    return [self]
  }

  /// Whether a name stands anywhere in the expression, outside of further aggregates.
  func mentions(_ word: String) -> Bool {
    switch self {
    case .name(let name, _): name == word
    case .number, .duration, .text, .aggregate: false
    case .unary(_, let operand, _): operand.mentions(word)
    case .binary(_, let left, let right, _): left.mentions(word) || right.mentions(word)
    case .call(_, let arguments, _): arguments.contains { $0.mentions(word) }
    }
  }

  /// The same expression with other words for some names.
  func naming(_ words: [String: String]) -> Expression {
    switch self {
    case .number, .duration, .text: return self
    case .name(let name, let place): return .name(words[name] ?? name, place)
    case .unary(let sign, let operand, let place):
      return .unary(sign, operand.naming(words), place)
    case .binary(let sign, let left, let right, let place):
      return .binary(sign, left.naming(words), right.naming(words), place)
    case .call(let name, let arguments, let place):
      return .call(name, arguments.map { $0.naming(words) }, place)
    case .aggregate(var aggregate):
      aggregate.arguments = aggregate.arguments.map { $0.naming(words) }
      aggregate.filter = aggregate.filter?.naming(words)
      return .aggregate(aggregate)
    }
  }

  /// The same expression with all places alike, so that it can be recognised.
  var withoutPlaces: Expression {
    let nowhere = Location(line: 0, column: 0)
    switch self {
    case .number, .duration, .text: return self
    case .name(let name, _): return .name(name, nowhere)
    case .unary(let sign, let operand, _): return .unary(sign, operand.withoutPlaces, nowhere)
    case .binary(let sign, let left, let right, _):
      return .binary(sign, left.withoutPlaces, right.withoutPlaces, nowhere)
    case .call(let name, let arguments, _):
      return .call(name, arguments.map(\.withoutPlaces), nowhere)
    case .aggregate(var aggregate):
      aggregate.arguments = aggregate.arguments.map(\.withoutPlaces)
      aggregate.filter = aggregate.filter?.withoutPlaces
      aggregate.location = nowhere
      return .aggregate(aggregate)
    }
  }
}
