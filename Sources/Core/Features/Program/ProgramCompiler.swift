package import Language
package import Payments

/// Compiles features and conditions to one program in which every aggregate, filter and shared
/// expression stands once.
package struct ProgramCompiler {
  static let registersMax = 60_000
  static let aggregatesMax = 2000
  static let filtersMax = 200
  /// Each kind of entity takes 256 GiB of address space, of which a process has 128 TiB.
  static let kindsMax = 64
  static let stagesMax = 32

  let source: Source
  /// What features the program defines anywhere.
  let featureNames: Set<String>
  /// Those that are compiled.
  var featureValues: [String: Value] = [:]
  var known: [Expression: Value] = [:]
  /// Operations by the stage in which they run.
  var stages: [[Operation]] = [[]]
  var settled: [Operation] = []
  var outcomeRegister: UInt16?
  var constants: [(register: UInt16, value: Double)] = []
  var constantRegisters: [UInt64: UInt16] = [:]
  var texts: [[UInt8]] = []
  var registerCount = 0
  var kinds: [WindowPlan] = []
  var views: [ViewPlan] = []
  var drafts: [AggregateDraft] = []
  var filters: [FilterPlan] = []
  var filterTexts: [String] = []
  /// What features mean, by their names: a fingerprint of what stands behind them.
  var featureMeanings: [String: String] = [:]
  var filterNumbers: [Expression: Int] = [:]
  var features: [FeatureProgram.Feature] = []
  var conditions: [FeatureProgram.Condition] = []
  /// When the features and then the conditions are known.
  var outputStages: [Int] { featureStages + conditionStages }
  private var featureStages: [Int] = []
  private var conditionStages: [Int] = []
  /// The first of the registers that hold the features, and the conditions.
  var featureStart: UInt16 = 0
  var conditionStart: UInt16 = 0

  /// The type of an expression's value; a truth is 0 or 1.
  enum ValueType: String {
    case number
    case truth = "condition"
  }

  /// Where a value stands and when it is known.
  struct Value {
    var register: UInt16
    var type: ValueType
    /// 0 where it needs no window; n: once the aggregates of level n − 1 are read.
    var stage: Int
    /// What it measures; nil for a number without a unit of its own, which takes any.
    var unit: Unit?
    /// A share from 0 to 1.
    var isRate = false
    /// The value of a constant.
    var constant: Double?
  }

  /// An aggregate before the samples of its kind are numbered.
  struct AggregateDraft {
    var function: AggregatePlan.Function
    var view: Int
    var level: Int
    var beforeThis: Bool
    var newer: Int64
    var older: Int64
    var filter: Int?
    /// The filter by which its transactions are counted, where it is another.
    var countFilter: Int?
    var fact: Fact?
    var field: Int?
    var isNumber = false
    var scale = 1.0
    var quantile = 0.5
    /// The column among those of its sort, and the tracked window.
    var column = -1
    var tracked = -1
    var destination: UInt16
  }

  /// Compiles the features of `statements` in order, and the conditions of its rules and scores.
  package static func compile(
    _ statements: [Statement],
    for source: Source
  ) throws(LanguageError) -> FeatureProgram {
    var compiler = ProgramCompiler(statements, source)
    var names: Set<String> = []
    for statement in statements {
      guard names.insert(statement.name).inserted else {
        throw LanguageError("'\(statement.name)' is defined twice", at: statement.location)
      }
      try compiler.add(statement)
    }
    return try compiler.finish()
  }

  private init(_ statements: [Statement], _ source: Source) {
    self.source = source
    featureNames = Set(
      statements.compactMap { statement in
        if case .feature = statement.kind { statement.name } else { nil }
      }
    )
  }

  private mutating func add(_ statement: Statement) throws(LanguageError) {
    switch statement.kind {
    case .feature(let expression):
      if isField(statement.name) {
        throw LanguageError(
          "'\(statement.name)' is the name of a field",
          at: statement.location,
          hint: "choose another name for the feature"
        )
      }
      if ProgramCompiler.factWords.contains(statement.name) {
        throw LanguageError(
          "'\(statement.name)' is a word for what becomes known of a transaction",
          at: statement.location,
          hint: "choose another name for the feature"
        )
      }
      let value = try compileOnTime(expression, statement.location)
      let meaning = Fingerprint.of(expression.naming(featureMeanings).description)
      featureMeanings[statement.name] = "#\(meaning)"
      featureValues[statement.name] = value
      featureStages.append(value.stage)
      features.append(
        FeatureProgram.Feature(
          name: statement.name,
          expression: expression.description,
          register: value.register
        )
      )
    case .rule(let condition, _, let reason), .score(let condition, _, let reason):
      let value = try compileOnTime(condition, statement.location)
      guard value.type == .truth else {
        throw LanguageError(
          "a condition is expected after 'when'",
          at: condition.location ?? statement.location,
          hint: "compare the value, as in '... > 5'"
        )
      }
      conditions.append(try makeCondition(condition, value, reason, statement.location))
      conditionStages.append(value.stage)
    }
  }

  /// Compiles what must be known before the decision.
  private mutating func compileOnTime(
    _ expression: Expression,
    _ place: Location
  ) throws(LanguageError) -> Value {
    let value = try compile(expression)
    guard value.stage < FilterPlan.settled else {
      throw LanguageError(
        "the outcome is known only after the decision",
        at: expression.location ?? place,
        hint: "it stands in the 'where' of an aggregate, for earlier transactions"
      )
    }
    return value
  }

  private mutating func makeCondition(
    _ expression: Expression,
    _ value: Value,
    _ reason: String?,
    _ place: Location
  ) throws(LanguageError) -> FeatureProgram.Condition {
    var operands: [FeatureProgram.Operand] = []
    try collectOperands(expression, into: &operands)
    var pieces: [String]?
    var pieceOperands: [FeatureProgram.Operand] = []
    if let reason {
      var found: [String] = []
      var rest = Substring(reason)
      while let open = rest.firstIndex(of: "{") {
        guard let close = rest[open...].firstIndex(of: "}") else {
          throw LanguageError("a placeholder is not closed in the reason", at: place)
        }
        found.append(String(rest[..<open]))
        let text = String(rest[rest.index(after: open)..<close])
        pieceOperands.append(try placeholder(text, place))
        rest = rest[rest.index(after: close)...]
      }
      pieces = found + [String(rest)]
    }
    return FeatureProgram.Condition(
      register: value.register,
      text: expression.description,
      operands: operands,
      pieces: pieces,
      pieceOperands: pieceOperands
    )
  }

  /// An expression inside of a reason.
  private mutating func placeholder(
    _ text: String,
    _ place: Location
  ) throws(LanguageError) -> FeatureProgram.Operand {
    do {
      let value = try compileOnTime(Parser.expression(text), place)
      return FeatureProgram.Operand(text: text, value)
    } catch {
      throw LanguageError(
        "in the reason's '{\(text)}': \(error.message)",
        at: place,
        hint: error.hint
      )
    }
  }

  /// The values of a condition that are not constants, each once, in the order of the text.
  private mutating func collectOperands(
    _ expression: Expression,
    into operands: inout [FeatureProgram.Operand]
  ) throws(LanguageError) {
    switch expression {
    case .number, .duration, .text: return
    case .unary(_, let operand, _): try collectOperands(operand, into: &operands)
    case .binary(_, let left, let right, _):
      try collectOperands(left, into: &operands)
      try collectOperands(right, into: &operands)
    case .call(let name, let arguments, _) where !arguments.isEmpty && name != "present":
      for argument in arguments { try collectOperands(argument, into: &operands) }
    case .name, .call, .aggregate:
      if case .name(let name, _) = expression {
        let isText = source.schema.textSlot(name) != nil
        if isText || (!isField(name) && featureValues[name] == nil) { return }
      }
      let value = try compile(expression)
      let text = expression.description
      if !operands.contains(where: { $0.text == text }) {
        operands.append(FeatureProgram.Operand(text: text, value))
      }
    }
  }

  private mutating func finish() throws(LanguageError) -> FeatureProgram {
    try placeOutputs()
    var plans = kinds
    for number in plans.indices {
      plans[number].offsets.sort()
      let all = Measure(kind: .count)
      if plans[number].hasActivities, !plans[number].measures.contains(all) {
        plans[number].measures.append(all)
      }
      plans[number].meaning = meaning(of: plans[number])
    }
    // The looks at the kinds' own windows come first, whether or not something reads them.
    var order = plans.indices.map { ViewPlan(kind: $0, key: plans[$0].key, records: true) }
    order += views.filter { !$0.records }
    let aggregates = drafts.map { draft in
      var draft = draft
      draft.view = order.firstIndex(of: views[draft.view]) ?? 0
      return plan(draft, in: plans[order[draft.view].kind])
    }
    var fingerprint = Fingerprint.of("features")
    for feature in features {
      fingerprint = Fingerprint.chain(fingerprint, Fingerprint.of(feature.name))
      fingerprint = Fingerprint.chain(fingerprint, Fingerprint.of(feature.expression))
    }
    let numbers = source.schema.numbers
    return FeatureProgram(
      features: features,
      conditions: conditions,
      featureStart: featureStart,
      conditionStart: conditionStart,
      fingerprint: fingerprint,
      plans: plans,
      views: order,
      aggregates: aggregates,
      filters: filters,
      stages: stages.map(ProgramCompiler.grouped),
      settled: ProgramCompiler.grouped(settled),
      outcomeRegister: outcomeRegister,
      constants: constants,
      texts: texts,
      amountScale: Double(source.currency.minorUnitsPerUnit),
      numberSlots: Set(numbers.indices.filter { numbers[$0].kind == .number })
    )
  }

  /// A hash of the names of a kind's fields and of the texts of its filters, in order.
  private func meaning(of plan: WindowPlan) -> UInt64 {
    var texts = [source.currency.code, "\(source.currency.scale)"]
    texts += plan.key.map { source.schema.texts[$0] }
    func add(_ field: Int?, _ filter: Int?) {
      texts.append(field.map { source.schema.numbers[$0].name } ?? "")
      texts.append(field.map { "\(source.schema.numbers[$0].kind.rawValue)" } ?? "")
      texts.append(filter.map { filterTexts[$0] } ?? "")
    }
    for measure in plan.measures { add(measure.field, measure.filter) }
    for value in plan.values { add(value.field, value.filter) }
    for link in plan.links {
      texts.append(source.schema.texts[link.text])
      add(nil, link.filter)
    }
    return texts.reduce(0) { Fingerprint.chain($0, Fingerprint.of($1)) }
  }
}

extension FeatureProgram.Operand {
  fileprivate init(text: String, _ value: ProgramCompiler.Value) {
    self.init(text: text, register: value.register, isMoney: value.unit == .money)
  }
}
