import Language
import Payments

extension ProgramCompiler {
  /// Compiles an aggregate: its entity kind, the ends of its window, and the prefix sums it needs.
  mutating func compile(_ aggregate: AggregateExpression) throws(LanguageError) -> Value {
    let place = aggregate.location
    guard drafts.count < ProgramCompiler.aggregatesMax else {
      throw LanguageError(
        "a program has at most \(ProgramCompiler.aggregatesMax) aggregates",
        at: place
      )
    }
    let function = try function(of: aggregate)
    var (filterExpression, field, scale) = try argument(of: aggregate, function)
    if let filter = aggregate.filter {
      filterExpression =
        filterExpression.map { .binary(.and, $0, filter, place) } ?? filter
    }
    var filter: Int?
    if let filterExpression {
      filter = try number(ofFilter: filterExpression, aggregate.filter?.location ?? place)
    }
    if function != .sum, function != .mean { scale = 1 }
    let second = Double(Timestamp.microsecondsPerSecond)
    let newer = Int64(aggregate.delaySeconds * second)
    let older = newer + Int64(aggregate.windowSeconds * second)
    let kind = try kindNumber(of: aggregate)
    let mature = min(max(source.maturity, newer), older)
    var offsets = [newer, older]
    if function == .fraudRate { offsets.append(mature) }
    for offset in offsets where offset > 0 { kinds[kind].offsets.insert(offset) }
    guard kinds[kind].offsets.count <= EntityWindows.Scratch.offsetsMax else {
      throw LanguageError(
        "one entity has at most \(EntityWindows.Scratch.offsetsMax) window ends",
        at: place
      )
    }
    var measures: [Measure] = []
    if filter != nil { measures.append(Measure(kind: .count, filter: filter, field: nil)) }
    switch function {
    case .count: break
    case .sum, .mean: measures.append(Measure(kind: .sum, filter: filter, field: field))
    case .fraudRate:
      measures.append(Measure(kind: .fraud, filter: filter, field: nil))
      measures.append(Measure(kind: .unmaturable, filter: filter, field: nil))
      if newer < source.maturity {
        measures.append(Measure(kind: .labelled, filter: filter, field: nil))
      }
    }
    for measure in measures where !kinds[kind].measures.contains(measure) {
      kinds[kind].measures.append(measure)
    }
    guard kinds[kind].measures.count <= EntityWindows.Scratch.measuresMax else {
      throw LanguageError(
        "one entity has at most \(EntityWindows.Scratch.measuresMax) sums and counts",
        at: place
      )
    }
    drafts.append(
      AggregateDraft(
        function: function,
        kind: kind,
        beforeThis: aggregate.beforeThis,
        newer: newer,
        older: older,
        filter: filter,
        field: field,
        scale: scale
      )
    )
    return try emit(.aggregate, drafts.count - 1, 0, .number, true, place)
  }

  private func function(
    of aggregate: AggregateExpression
  ) throws(LanguageError) -> AggregatePlan.Function {
    switch aggregate.function {
    case "count": return .count
    case "sum": return .sum
    case "mean": return .mean
    case "fraud_rate": return .fraudRate
    default:
      throw LanguageError("unknown aggregate '\(aggregate.function)'", at: aggregate.location)
    }
  }

  /// The summed field, its scale, and for a mean of a field that may be missing the filter that
  /// leaves those out.
  private mutating func argument(
    of aggregate: AggregateExpression,
    _ function: AggregatePlan.Function
  ) throws(LanguageError) -> (filter: Expression?, field: Int?, scale: Double) {
    let scale = Double(source.currency.minorUnitsPerUnit)
    guard function == .sum || function == .mean else {
      guard aggregate.argument == nil else {
        throw LanguageError(
          "\(aggregate.function) takes no argument",
          at: aggregate.location,
          hint: "choose transactions by 'where'"
        )
      }
      return (nil, nil, scale)
    }
    guard case .name(let name, let place) = aggregate.argument else {
      throw LanguageError(
        "\(aggregate.function) takes a money field",
        at: aggregate.location,
        hint: "as in '\(aggregate.function)(amount)'"
      )
    }
    if name == "amount" { return (nil, nil, scale) }
    guard let slot = source.schema.numberSlot(name), source.schema.numbers[slot].kind == .money
    else {
      throw LanguageError(
        "'\(name)' is not a money field",
        at: place,
        hint: isField(name) ? "sums are exact and take money only" : suggestion(for: name)
      )
    }
    let present = Expression.unary(
      .not,
      .call("missing", [.name(name, place)], place),
      place
    )
    return (function == .mean ? present : nil, slot, scale)
  }

  private mutating func number(
    ofFilter expression: Expression,
    _ place: Location
  ) throws(LanguageError) -> Int {
    let plain = expression.withoutPlaces
    if let number = filterNumbers[plain] { return number }
    let value = try compile(expression)
    try expect(.truth, value, place)
    guard !value.windowed else {
      throw LanguageError(
        "'where' looks at the transaction's own fields only",
        at: place,
        hint: "an aggregate cannot stand inside of another"
      )
    }
    guard filters.count < ProgramCompiler.filtersMax else {
      throw LanguageError(
        "a program has at most \(ProgramCompiler.filtersMax) different 'where'",
        at: place
      )
    }
    filters.append(value.register)
    filterNumbers[plain] = filters.count - 1
    return filters.count - 1
  }

  private mutating func kindNumber(
    of aggregate: AggregateExpression
  ) throws(LanguageError) -> Int {
    var key: [Int] = []
    for name in aggregate.key {
      guard let slot = source.schema.textSlot(name), slot != Schema.Text.id else {
        let entities = source.schema.texts.dropFirst().joined(separator: ", ")
        throw LanguageError(
          "'\(name)' is not an entity",
          at: aggregate.location,
          hint: "entities: " + entities
        )
      }
      guard !key.contains(slot) else {
        throw LanguageError("'\(name)' stands twice in the entity", at: aggregate.location)
      }
      key.append(slot)
    }
    if let number = kinds.firstIndex(where: { $0.key == key }) { return number }
    kinds.append(KindDraft(key: key))
    return kinds.count - 1
  }
}

extension Expression {
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
      aggregate.argument = aggregate.argument?.withoutPlaces
      aggregate.filter = aggregate.filter?.withoutPlaces
      aggregate.location = nowhere
      return .aggregate(aggregate)
    }
  }
}
