import Language
import Payments

extension ProgramCompiler {
  /// Compiles an aggregate: its entity kind, the ends of its window, and the columns it needs.
  mutating func compile(_ aggregate: AggregateExpression) throws(LanguageError) -> Value {
    let place = aggregate.location
    guard aggregate.arguments.count == aggregate.function.arguments.count else {
      let wanted = aggregate.function.arguments.map(\.rawValue).joined(separator: " and ")
      throw LanguageError(
        "\(aggregate.function.rawValue) takes \(wanted.isEmpty ? "no argument" : wanted)",
        at: place,
        hint: "as in '\(aggregate.function.example)'"
      )
    }
    if let value = try composite(aggregate) { return value }
    var selection = try selection(of: aggregate)
    let field = try field(of: aggregate)
    if aggregate.function.needsPresence, let field, field.slot != nil {
      selection.filter = try presentFilter(selection, aggregate, field)
    }
    return try compile(aggregate, selection, field)
  }

  /// What a transaction must have for it to count in an aggregate.
  struct Selection {
    /// The condition on fields, aggregates and outcome.
    var condition: Expression?
    var filter: Int?
    var level = 0
    var fact: Fact?
    var isActivity = false
  }

  /// The field that an aggregate reads.
  struct FieldUse {
    var name: String
    var place: Location
    /// The number slot, or nil for the amount.
    var slot: Int?
    var isNumber: Bool
  }

  /// Compiles an aggregate whose transactions are chosen by a filter's number.
  mutating func compile(
    _ aggregate: AggregateExpression,
    _ selection: Selection,
    _ field: FieldUse?
  ) throws(LanguageError) -> Value {
    let place = aggregate.location
    guard drafts.count < ProgramCompiler.aggregatesMax else {
      throw LanguageError(
        "a program has at most \(ProgramCompiler.aggregatesMax) aggregates",
        at: place
      )
    }
    let (kind, view) = try entity(of: aggregate, isActivity: selection.isActivity)
    let second = Double(Timestamp.microsecondsPerSecond)
    let newer = Int64(aggregate.delaySeconds * second)
    let older = newer + Int64(aggregate.windowSeconds * second)
    let includesThis = newer == 0 && !aggregate.beforeThis
    var draft = AggregateDraft(
      function: aggregate.function.reading,
      view: view,
      level: includesThis && selection.level < FilterPlan.settled ? selection.level : 0,
      beforeThis: aggregate.beforeThis,
      newer: newer,
      older: older,
      filter: selection.filter,
      fact: selection.fact,
      field: field?.slot,
      destination: try newRegister(place)
    )
    if let field {
      draft.isNumber = field.isNumber
      draft.scale =
        field.isNumber ? Profile.numberScale : Double(source.currency.minorUnitsPerUnit)
    }
    if aggregate.function == .decayedSum, let field {
      draft.countFilter = try additiveFilter(selection, aggregate, field)
    }
    for distance in [newer, older] where distance > 0 { add(offset: distance, to: kind) }
    try addColumns(aggregate, &draft, kind)
    try checkLimits(kind, place)
    drafts.append(draft)
    guard draft.level < ProgramCompiler.stagesMax else {
      throw LanguageError("aggregates are nested too deeply in 'where'", at: place)
    }
    let unit: Unit? =
      switch aggregate.function.unit {
      case "its field's": field?.isNumber == true ? nil : .money
      case "time": .seconds
      default: .plain
      }
    return Value(
      register: draft.destination,
      type: .number,
      stage: draft.level + 1,
      unit: unit,
      isRate: aggregate.function == .fraudRate
    )
  }

  private mutating func add(offset: Int64, to kind: Int) {
    if !kinds[kind].offsets.contains(offset) { kinds[kind].offsets.append(offset) }
  }

  private mutating func add(_ measure: Measure, to kind: Int) -> Int {
    if let number = kinds[kind].measures.firstIndex(of: measure) { return number }
    kinds[kind].measures.append(measure)
    return kinds[kind].measures.count - 1
  }

  /// The number of an element among others, to which it is added where it is new.
  private func number<Element: Equatable>(of element: Element, in list: inout [Element]) -> Int {
    if let number = list.firstIndex(of: element) { return number }
    list.append(element)
    return list.count - 1
  }

  private mutating func addColumns(
    _ aggregate: AggregateExpression,
    _ draft: inout AggregateDraft,
    _ kind: Int
  ) throws(LanguageError) {
    let (filter, field) = (draft.filter, draft.field)
    if let counted = draft.countFilter ?? filter {
      _ = add(Measure(kind: .count, filter: counted), to: kind)
    }
    if let fact = draft.fact { _ = add(fact.measure(filter), to: kind) }
    let value = ValueColumn(field: field, filter: filter)
    switch aggregate.function {
    case .sum, .mean: _ = add(Measure(kind: .sum, filter: filter, field: field), to: kind)
    case .std:
      _ = add(Measure(kind: .sum, filter: filter, field: field), to: kind)
      _ = add(Measure(kind: .squares, filter: filter, field: field), to: kind)
    case .min, .max:
      let column = number(of: value, in: &kinds[kind].values)
      let tree = TreeColumn(value: column, greatest: aggregate.function == .max)
      draft.column = number(of: tree, in: &kinds[kind].trees)
    case .first, .last: draft.column = number(of: value, in: &kinds[kind].values)
    case .median, .quantile:
      draft.quantile = try share(aggregate)
      draft.column = number(of: value, in: &kinds[kind].values)
      draft.tracked = track(.ordered, draft, kind)
    case .distinct, .entropy:
      let text = try text(aggregate)
      let link = LinkColumn(text: text, filter: filter)
      draft.column = number(of: link, in: &kinds[kind].links)
      draft.tracked = track(aggregate.function == .distinct ? .distinct : .entropy, draft, kind)
    case .decayedCount, .decayedSum: try addDecay(aggregate, &draft, kind)
    case .fraudRate:
      let mature = min(max(source.maturity, draft.newer), draft.older)
      if mature > 0 { add(offset: mature, to: kind) }
      _ = add(Measure(kind: .fraud, filter: filter), to: kind)
      _ = add(Measure(kind: .unmaturable, filter: filter), to: kind)
      if draft.newer < source.maturity {
        _ = add(Measure(kind: .labelled, filter: filter), to: kind)
      }
    case .count, .timeSinceFirst, .timeSinceLast, .streak: break
    case .zscore, .robustZscore, .ratioToMean, .firstTime, .speed:
      preconditionFailure("compiled as an expression")
    }
  }

  private mutating func track(
    _ contents: TrackedWindow.Contents,
    _ draft: AggregateDraft,
    _ kind: Int
  ) -> Int {
    let window = TrackedWindow(
      contents: contents,
      column: draft.column,
      newer: draft.newer,
      older: draft.older,
      beforeThis: draft.beforeThis && draft.newer == 0
    )
    return number(of: window, in: &kinds[kind].tracked)
  }

  private mutating func addDecay(
    _ aggregate: AggregateExpression,
    _ draft: inout AggregateDraft,
    _ kind: Int
  ) throws(LanguageError) {
    guard case .duration(let seconds)? = aggregate.arguments.last,
      seconds >= 1, seconds <= ProgramLimits.windowSecondsMax
    else {
      throw LanguageError(
        "\(aggregate.function.rawValue) takes a half-life from 1 s to 3660 d",
        at: aggregate.location,
        hint: "as in '\(aggregate.function.example)'"
      )
    }
    let measure: Measure
    if aggregate.function == .decayedSum {
      measure = Measure(kind: .sum, filter: draft.filter, field: draft.field)
    } else {
      measure = draft.fact?.measure(draft.filter) ?? Measure(kind: .count, filter: draft.filter)
    }
    let decay = DecayColumn(
      measure: add(measure, to: kind),
      halfLife: Int64(seconds * Double(Timestamp.microsecondsPerSecond)),
      scale: draft.scale
    )
    draft.column = number(of: decay, in: &kinds[kind].decays)
  }

  private func share(_ aggregate: AggregateExpression) throws(LanguageError) -> Double {
    if aggregate.function == .median { return 0.5 }
    guard case .number(let share) = aggregate.arguments[1], share >= 0, share <= 1 else {
      throw LanguageError(
        "quantile takes a number from 0 to 1",
        at: aggregate.location,
        hint: "as in '\(aggregate.function.example)'"
      )
    }
    return share
  }

  /// The text slot that an aggregate counts.
  private func text(_ aggregate: AggregateExpression) throws(LanguageError) -> Int {
    guard case .name(let name, let place) = aggregate.arguments[0],
      let slot = source.schema.textSlot(name)
    else {
      throw LanguageError(
        "\(aggregate.function.rawValue) takes a text field",
        at: aggregate.arguments[0].location ?? aggregate.location,
        hint: "as in '\(aggregate.function.example)'"
      )
    }
    guard slot != Schema.Text.id else {
      throw LanguageError("every transaction has another '\(name)'", at: place)
    }
    return slot
  }

  /// The field that an aggregate sums, compares or remembers.
  private func field(
    of aggregate: AggregateExpression
  ) throws(LanguageError) -> FieldUse? {
    guard aggregate.function.arguments.first == .field else { return nil }
    guard case .name(let name, let place) = aggregate.arguments[0] else {
      throw LanguageError(
        "\(aggregate.function.rawValue) takes a money or number field",
        at: aggregate.arguments[0].location ?? aggregate.location,
        hint: "as in '\(aggregate.function.example)'"
      )
    }
    if name == "amount" { return FieldUse(name: name, place: place, slot: nil, isNumber: false) }
    guard let slot = source.schema.numberSlot(name) else {
      throw LanguageError(
        "'\(name)' is not a money or number field",
        at: place,
        hint: isField(name) || featureValues[name] != nil
          ? "an aggregate reads fields of the transactions themselves" : suggestion(for: name)
      )
    }
    let isNumber = source.schema.numbers[slot].kind == .number
    return FieldUse(name: name, place: place, slot: slot, isNumber: isNumber)
  }

  private func checkLimits(_ kind: Int, _ place: Location) throws(LanguageError) {
    let plan = kinds[kind]
    guard plan.offsets.count <= WindowLayout.offsetsMax else {
      throw LanguageError(
        "one entity has at most \(WindowLayout.offsetsMax) window ends",
        at: place
      )
    }
    // Beside activities the transactions alone are counted too.
    let counted = plan.hasActivities && !plan.measures.contains(Measure(kind: .count)) ? 1 : 0
    guard plan.measures.count + counted <= WindowLayout.measuresMax else {
      throw LanguageError(
        "one entity has at most \(WindowLayout.measuresMax) sums and counts",
        at: place
      )
    }
    let columns = [
      plan.values.count, plan.decays.count, plan.trees.count, plan.links.count, plan.tracked.count,
    ]
    guard columns.allSatisfy({ $0 <= WindowLayout.columnsMax }) else {
      throw LanguageError(
        "one entity has at most \(WindowLayout.columnsMax) columns or tracked windows of a sort",
        at: place
      )
    }
  }

  /// The kind of entity whose windows an aggregate reads, and the look by which it finds them.
  private mutating func entity(
    of aggregate: AggregateExpression,
    isActivity: Bool
  ) throws(LanguageError) -> (kind: Int, view: Int) {
    let place = aggregate.location
    let key = try slots(aggregate.key, place)
    let role =
      try aggregate.role.map { role throws(LanguageError) in try slots(role, place) } ?? key
    guard role.count == key.count else {
      throw LanguageError("'as' names as many fields as 'by'", at: place)
    }
    if isActivity {
      let known = [Schema.Text.account, Schema.Text.device]
      guard role.allSatisfy({ known.contains($0) }) else {
        throw LanguageError("an activity has an account and a device only", at: place)
      }
    }
    if aggregate.role != nil, role == key {
      throw LanguageError("'as' names another field than 'by'", at: place)
    }
    var kind = kinds.firstIndex { $0.key == role } ?? -1
    if kind < 0 {
      guard kinds.count < ProgramCompiler.kindsMax else {
        throw LanguageError(
          "a program has at most \(ProgramCompiler.kindsMax) kinds of entities",
          at: place
        )
      }
      kind = kinds.count
      kinds.append(WindowPlan(key: role))
    }
    if isActivity { kinds[kind].hasActivities = true }
    let view = ViewPlan(kind: kind, key: key, records: role == key)
    return (kind, number(of: view, in: &views))
  }

  private func slots(_ names: [String], _ place: Location) throws(LanguageError) -> [Int] {
    var slots: [Int] = []
    for name in names {
      guard let slot = source.schema.textSlot(name), slot != Schema.Text.id else {
        let entities = source.schema.texts.dropFirst().joined(separator: ", ")
        throw LanguageError(
          "'\(name)' is not an entity",
          at: place,
          hint: "entities: " + entities
        )
      }
      guard !slots.contains(slot) else {
        throw LanguageError("'\(name)' stands twice in the entity", at: place)
      }
      slots.append(slot)
    }
    return slots
  }
}
