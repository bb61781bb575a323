package import Language
package import Payments

/// Compiles features and conditions to one program in which every aggregate, filter and shared
/// expression stands once.
package struct ProgramCompiler {
  static let registersMax = 60_000
  static let aggregatesMax = 2000
  static let filtersMax = 200

  let source: Source
  var featureRegisters: [String: Value] = [:]
  var known: [Expression: Value] = [:]
  var before: [Operation] = []
  var after: [Operation] = []
  var constants: [(register: Int, value: Double)] = []
  var constantRegisters: [UInt64: Int] = [:]
  var texts: [[UInt8]] = []
  var registerCount = 0
  var kinds: [KindDraft] = []
  var drafts: [AggregateDraft] = []
  var filters: [Int] = []
  var filterNumbers: [Expression: Int] = [:]
  private var features: [FeatureProgram.Feature] = []
  private var conditions: [FeatureProgram.Condition] = []

  /// The type of an expression's value; a truth is 0 or 1.
  enum ValueType: String {
    case number
    case truth
    case text
  }

  /// Where a value stands and whether it needs a window.
  struct Value {
    var register: Int
    var type: ValueType
    var windowed: Bool
  }

  /// The windows that one kind of entity needs, as they are found.
  struct KindDraft {
    var key: [Int]
    var offsets: Set<Int64> = []
    var measures: [Measure] = []
  }

  /// An aggregate before the samples of its kind are numbered.
  struct AggregateDraft {
    var function: AggregatePlan.Function
    var kind: Int
    var beforeThis: Bool
    var newer: Int64
    var older: Int64
    var filter: Int?
    var field: Int?
    var scale: Double
  }

  /// Compiles the features of `statements` in order, and the conditions of its rules and scores.
  package static func compile(
    _ statements: [Statement],
    for source: Source
  ) throws(LanguageError) -> FeatureProgram {
    var compiler = ProgramCompiler(source: source)
    var names: Set<String> = []
    for statement in statements {
      guard names.insert(statement.name).inserted else {
        throw LanguageError("'\(statement.name)' is defined twice", at: statement.location)
      }
      try compiler.add(statement)
    }
    return compiler.finish()
  }

  private init(source: Source) { self.source = source }

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
      let value = try compile(expression)
      guard value.type != .text else {
        throw LanguageError(
          "a feature is a number or a condition, not a text",
          at: statement.location,
          hint: "compare it, as in 'channel = online'"
        )
      }
      featureRegisters[statement.name] = value
      features.append(
        FeatureProgram.Feature(
          name: statement.name,
          expression: expression.description,
          register: value.register
        )
      )
    case .rule(let condition, _, let reason), .score(let condition, _, let reason):
      let value = try compile(condition)
      guard value.type == .truth else {
        throw LanguageError(
          "a condition is expected after 'when'",
          at: condition.location ?? statement.location,
          hint: "compare the value, as in '... > 5'"
        )
      }
      conditions.append(try makeCondition(condition, value, reason, statement.location))
    }
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
        let inner: Expression
        do {
          inner = try Parser.expression(text)
        } catch {
          throw LanguageError("in the reason's '{\(text)}': \(error.message)", at: place)
        }
        let value = try compile(inner)
        guard value.type != .text else {
          throw LanguageError("'{\(text)}' in the reason is a text", at: place)
        }
        pieceOperands.append(FeatureProgram.Operand(text: text, register: value.register))
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
    case .call(_, let arguments, _) where !arguments.isEmpty:
      for argument in arguments { try collectOperands(argument, into: &operands) }
    case .name, .call, .aggregate:
      if case .name(let name, _) = expression {
        let isText = source.schema.textSlot(name) != nil
        if isText || (!isField(name) && featureRegisters[name] == nil) { return }
      }
      let value = try compile(expression)
      let text = expression.description
      if value.type != .text, !operands.contains(where: { $0.text == text }) {
        operands.append(FeatureProgram.Operand(text: text, register: value.register))
      }
    }
  }

  private func finish() -> FeatureProgram {
    let plans = kinds.map { draft in
      WindowPlan(
        key: draft.key,
        offsets: draft.offsets.sorted(),
        measures: draft.measures,
        meaning: meaning(of: draft)
      )
    }
    let aggregates = drafts.map { plan($0, in: plans[$0.kind]) }
    var fingerprint = Fingerprint.of("features")
    for feature in features {
      fingerprint = Fingerprint.chain(fingerprint, Fingerprint.of(feature.name))
      fingerprint = Fingerprint.chain(fingerprint, Fingerprint.of(feature.expression))
    }
    return FeatureProgram(
      features: features,
      conditions: conditions,
      fingerprint: fingerprint,
      plans: plans,
      aggregates: aggregates,
      filters: filters,
      before: before,
      after: after,
      constants: constants,
      texts: texts,
      registerCount: registerCount,
      amountScale: Double(source.currency.minorUnitsPerUnit)
    )
  }

  /// A hash of the names of a kind's fields and of the texts of its filters, in order.
  private func meaning(of draft: KindDraft) -> UInt64 {
    var texts = draft.key.map { source.schema.texts[$0] }
    for measure in draft.measures {
      texts.append(measure.field.map { source.schema.numbers[$0].name } ?? "")
      let filter = filterNumbers.first { $0.value == measure.filter }
      texts.append(filter?.key.description ?? "")
    }
    return texts.reduce(0) { Fingerprint.chain($0, Fingerprint.of($1)) }
  }

  private func plan(_ draft: AggregateDraft, in plan: WindowPlan) -> AggregatePlan {
    func sample(_ offset: Int64) -> Int {
      if offset == 0 { return draft.beforeThis ? 1 : 0 }
      return 2 + (plan.offsets.firstIndex(of: offset) ?? 0)
    }
    func word(_ kind: MeasureKind, _ field: Int? = nil) -> Int {
      let measure = Measure(kind: kind, filter: draft.filter, field: field)
      guard let number = plan.measures.firstIndex(of: measure) else { return -1 }
      return plan.wordOffset(number)
    }
    let mature = min(max(source.maturity, draft.newer), draft.older)
    var result = AggregatePlan(
      function: draft.function,
      kind: draft.kind,
      newer: sample(draft.newer),
      older: sample(draft.older),
      mature: sample(mature)
    )
    result.scale = draft.scale
    if draft.filter != nil { result.countWord = word(.count) }
    switch draft.function {
    case .count: break
    case .sum, .mean: result.sumWord = word(.sum, draft.field)
    case .fraudRate:
      result.fraudWord = word(.fraud)
      result.labelledWord = word(.labelled)
      result.unmaturableWord = word(.unmaturable)
    }
    return result
  }
}
