import Language
import Payments

extension ProgramCompiler {
  /// Values farther from the mean than this many deviations do not enter a robust profile.
  static let outlierFrom = 3.0
  /// A robust profile says nothing before it has learnt from so many values.
  static let profileFrom = 5.0

  /// Aggregates that are expressions of others; nil for those that are not.
  mutating func composite(
    _ aggregate: AggregateExpression
  ) throws(LanguageError) -> Value? {
    let place = aggregate.location
    var base = aggregate
    base.beforeThis = true
    func over(_ word: AggregateWord, _ arguments: [Expression]) -> Expression {
      var part = base
      part.function = word
      part.arguments = arguments
      return .aggregate(part)
    }
    let field = aggregate.arguments.first
    switch aggregate.function {
    case .ratioToMean:
      guard let field else { return nil }
      return try compile(.binary(.divide, field, over(.mean, [field]), place))
    case .zscore:
      guard let field else { return nil }
      let distance = Expression.binary(.subtract, field, over(.mean, [field]), place)
      return try compile(.binary(.divide, distance, over(.std, [field]), place))
    case .robustZscore: return try robust(aggregate)
    case .firstTime: return try compile(.binary(.equal, over(.count, []), .number(0), place))
    case .speed:
      for name in ["latitude", "longitude"] where source.schema.numberSlot(name) == nil {
        throw LanguageError(
          "speed needs the field '\(name)', which this source does not have",
          at: place
        )
      }
      let (latitude, longitude) = (
        Expression.name("latitude", place), Expression.name("longitude", place)
      )
      let way = Expression.call(
        "distance",
        [latitude, longitude, over(.last, [latitude]), over(.last, [longitude])],
        place
      )
      let hours = Expression.binary(
        .divide,
        .call("max", [over(.timeSinceLast, []), .duration(1)], place),
        .duration(3600),
        place
      )
      return try compile(.binary(.divide, way, hours, place))
    default: return nil
    }
  }

  /// A z-score whose mean and deviation leave out the values that were outliers when they came.
  ///
  /// The filter of those aggregates is what comes out of the score itself; as they look before this
  /// transaction, they need only its earlier values.
  private mutating func robust(
    _ aggregate: AggregateExpression
  ) throws(LanguageError) -> Value {
    let place = aggregate.location
    guard case .name(let name, let fieldPlace)? = aggregate.arguments.first,
      name == "amount" || source.schema.numberSlot(name) != nil
    else {
      throw LanguageError(
        "robust_zscore takes a money or number field",
        at: place,
        hint: "as in '\(aggregate.function.example)'"
      )
    }
    guard aggregate.delaySeconds == 0 else {
      throw LanguageError("robust_zscore looks at what came just before: no 'delayed'", at: place)
    }
    let slot = source.schema.numberSlot(name)
    let isNumber = slot.map { source.schema.numbers[$0].kind == .number } ?? false
    let field = FieldUse(name: name, place: fieldPlace, slot: slot, isNumber: isNumber)
    let outer = try selection(of: aggregate)
    // Its register is known once the score is compiled.
    let filter = try addFilter(
      FilterPlan(domain: .transaction(register: 0), level: 1),
      .aggregate(aggregate).withoutPlaces,
      place
    )
    var selection = outer
    selection.filter = filter
    selection.level = 0
    var part = aggregate
    part.beforeThis = true
    func over(_ word: AggregateWord) throws(LanguageError) -> Value {
      part.function = word
      part.arguments = word == .count ? [] : aggregate.arguments
      return try compile(part, selection, word == .count ? nil : field)
    }
    let (mean, deviation, count) = (try over(.mean), try over(.std), try over(.count))
    let value = try compile(aggregate.arguments[0])
    let distance = try emit(.subtract, value, mean, .number, place)
    let score = try emit(.divide, distance, deviation, .number, place)
    let enough = constant(ProgramCompiler.profileFrom)
    let isKnown = try emit(.lessOrEqual, enough, count, .truth, place)
    var result = try emit(.divide, score, isKnown, .number, place)
    result.unit = .plain
    let size = try emit(.absolute, result, nil, .number, place)
    let bound = constant(ProgramCompiler.outlierFrom)
    let isOutlier = try emit(.less, bound, size, .truth, place)
    var isLearnt = try emit(.not, isOutlier, nil, .truth, place)
    if slot != nil {
      let isSummed = try compile(summed(field))
      isLearnt = try emit(.and, isLearnt, isSummed, .truth, place)
    }
    if let condition = outer.condition {
      isLearnt = try emit(.and, isLearnt, compile(condition), .truth, place)
    }
    filters[filter] = FilterPlan(
      domain: .transaction(register: isLearnt.register),
      level: isLearnt.stage
    )
    return result
  }
}
