import Language
import Payments

extension ProgramCompiler {
  /// Functions of one or two numbers.
  static let functions: [String: (code: Operation.Code, arguments: Int)] = [
    "min": (.least, 2), "max": (.greatest, 2), "abs": (.absolute, 1), "sqrt": (.squareRoot, 1),
    "log": (.logarithm, 1), "exp": (.exponential, 1), "floor": (.roundDown, 1),
    "missing": (.isMissing, 1),
  ]
  /// Functions of the transaction's local time.
  static let calendar: [String: (code: Operation.Code, type: ValueType)] = [
    "hour": (.hour, .number), "weekday": (.weekday, .number), "weekend": (.weekend, .truth),
    "night": (.night, .truth), "day_of_month": (.dayOfMonth, .number),
  ]

  /// All functions by name, without the aggregates.
  package static let functionNames: [String] =
    (Array(functions.keys) + Array(calendar.keys) + ["present", "distance"]).sorted()

  func isField(_ name: String) -> Bool {
    name == "amount" || source.schema.numberSlot(name) != nil
      || source.schema.textSlot(name) != nil
  }

  /// The register that will hold an expression's value; each distinct expression is compiled once.
  mutating func compile(_ expression: Expression) throws(LanguageError) -> Value {
    if let value = known[expression.withoutPlaces] { return value }
    let value = try fresh(expression)
    known[expression.withoutPlaces] = value
    return value
  }

  private mutating func fresh(_ expression: Expression) throws(LanguageError) -> Value {
    switch expression {
    case .number(let value): return constant(value)
    case .duration(let value):
      var span = constant(value)
      span.unit = .seconds
      return span
    case .text:
      throw LanguageError(
        "a text stands only beside a text field",
        at: Location(line: 1, column: 1),
        hint: "as in 'channel = \"online\"'"
      )
    case .name(let name, let place): return try field(name, place)
    case .unary(let sign, let operand, let place):
      let value = try compile(operand)
      switch sign {
      case .negate:
        try expect(.number, value, place)
        var result = try emit(.negate, value, nil, .number, place)
        result.unit = value.unit
        result.constant = value.constant.map { -$0 }
        return result
      case .not:
        try expect(.truth, value, place)
        return try emit(.not, value, nil, .truth, place)
      }
    case .binary(let sign, let left, let right, let place):
      return try binary(sign, left, right, place)
    case .call(let name, let arguments, let place): return try call(name, arguments, place)
    case .aggregate(let aggregate): return try compile(aggregate)
    }
  }

  mutating func constant(_ value: Double) -> Value {
    let register: UInt16
    if let known = constantRegisters[value.bitPattern] {
      register = known
    } else {
      register = UInt16(registerCount)
      registerCount += 1
      constants.append((register, value))
      constantRegisters[value.bitPattern] = register
    }
    return Value(register: register, type: .number, stage: 0, unit: nil, constant: value)
  }

  private mutating func field(_ name: String, _ place: Location) throws(LanguageError) -> Value {
    if let value = featureValues[name] { return value }
    if name == "amount" {
      return try emit(.amount, 0, 0, .number, 0, place).measured(in: .money)
    }
    if let slot = source.schema.numberSlot(name) {
      guard source.schema.numbers[slot].kind == .money else {
        return try emit(.number, UInt16(slot), 0, .number, 0, place)
      }
      let scale = constant(Double(source.currency.minorUnitsPerUnit))
      return try emit(.money, UInt16(slot), scale.register, .number, 0, place).measured(in: .money)
    }
    if ProgramCompiler.factWords.contains(name) {
      throw LanguageError(
        "'\(name)' is known of earlier transactions only",
        at: place,
        hint: name == "outcome"
          ? "compare it in the 'where' of an aggregate, as in 'where outcome = decline'"
          : "it stands in the 'where' of an aggregate, as in 'count() by account over 7d where "
            + "fraud'"
      )
    }
    if source.schema.textSlot(name) != nil {
      throw LanguageError(
        "'\(name)' is a text field",
        at: place,
        hint: "compare it, as in '\(name) = something', or use 'present(\(name))'"
      )
    }
    throw LanguageError("unknown name '\(name)'", at: place, hint: suggestion(for: name))
  }

  func suggestion(for name: String) -> String? {
    let names =
      ["amount"] + source.schema.texts + source.schema.numbers.map(\.name)
      + featureValues.keys.sorted()
    let close = names.filter { $0.editDistance(to: name) <= 2 }
    if let best = close.min(by: { $0.editDistance(to: name) < $1.editDistance(to: name) }) {
      return "did you mean '\(best)'?"
    }
    return "known names: " + names.prefix(20).joined(separator: ", ")
  }

  func expect(_ type: ValueType, _ value: Value, _ place: Location) throws(LanguageError) {
    guard value.type == type || (type == .number && value.type == .truth) else {
      throw LanguageError(
        "a \(type.rawValue) is expected, this is a \(value.type.rawValue)",
        at: place,
        hint: type == .truth ? "compare the value, as in '... > 5'" : nil
      )
    }
  }

  private mutating func binary(
    _ sign: BinaryOperator,
    _ left: Expression,
    _ right: Expression,
    _ place: Location
  ) throws(LanguageError) -> Value {
    if sign == .equal || sign == .notEqual,
      let value = try textComparison(sign, left, right, place)
    {
      return value
    }
    let a = try compile(left)
    let b = try compile(right)
    let logical = sign == .and || sign == .or
    try expect(logical ? .truth : .number, a, left.location ?? place)
    try expect(logical ? .truth : .number, b, right.location ?? place)
    let unit = try unit(sign, a, b, place)
    try checkRate(sign, a, b, place)
    var value: Value
    switch sign {
    case .add: value = try emit(.add, a, b, .number, place)
    case .subtract: value = try emit(.subtract, a, b, .number, place)
    case .multiply: value = try emit(.multiply, a, b, .number, place)
    case .divide: value = try emit(.divide, a, b, .number, place)
    case .otherwise: value = try emit(.otherwise, a, b, .number, place)
    case .equal: return try emit(.equal, a, b, .truth, place)
    case .notEqual: return try emit(.notEqual, a, b, .truth, place)
    case .less: return try emit(.less, a, b, .truth, place)
    case .lessOrEqual: return try emit(.lessOrEqual, a, b, .truth, place)
    case .greater: return try emit(.less, b, a, .truth, place)
    case .greaterOrEqual: return try emit(.lessOrEqual, b, a, .truth, place)
    case .and: return try emit(.and, a, b, .truth, place)
    case .or: return try emit(.or, a, b, .truth, place)
    }
    value.unit = unit
    value.isRate = sign == .otherwise && a.isRate
    return value
  }

  /// A comparison of a text field with a text, a bare word or another text field; nil where no
  /// side is a text field.
  private mutating func textComparison(
    _ sign: BinaryOperator,
    _ left: Expression,
    _ right: Expression,
    _ place: Location
  ) throws(LanguageError) -> Value? {
    if case .name("outcome", _) = left { return try outcomeComparison(sign, right, place) }
    guard let slot = textSlot(left) else {
      if case .name("outcome", _) = right { return try outcomeComparison(sign, left, place) }
      guard textSlot(right) != nil else { return nil }
      return try textComparison(sign, right, left, place)
    }
    var value: Value
    if let other = textSlot(right) {
      value = try emit(.textIsText, UInt16(slot), UInt16(other), .truth, 0, place)
    } else {
      let text: String
      switch right {
      case .text(let literal): text = literal
      case .name(let word, _) where !isField(word) && !featureNames.contains(word): text = word
      case .name(let word, _) where featureNames.contains(word):
        // Wherever it is defined, so that the order of lines changes no meaning.
        throw LanguageError(
          "'\(word)' is a feature, not a text",
          at: right.location ?? place,
          hint: "as a text it stands in double quotes"
        )
      default:
        throw LanguageError(
          "a text is compared with a text",
          at: right.location ?? place,
          hint: "write it as a word or in double quotes"
        )
      }
      let bytes = Array(text.utf8)
      let number = texts.firstIndex(of: bytes) ?? texts.count
      if number == texts.count { texts.append(bytes) }
      value = try emit(.textIsConstant, UInt16(slot), UInt16(number), .truth, 0, place)
    }
    if sign == .notEqual { value = try emit(.not, value, nil, .truth, place) }
    return value
  }

  /// A comparison of the outcome, which stands in a register once the decision is made.
  private mutating func outcomeComparison(
    _ sign: BinaryOperator,
    _ other: Expression,
    _ place: Location
  ) throws(LanguageError) -> Value {
    guard case .name(let word, _) = other, let outcome = Outcome(word: word) else {
      throw LanguageError(
        "an outcome is compared with approve, challenge, review or decline",
        at: other.location ?? place
      )
    }
    let register: UInt16
    if let known = outcomeRegister { register = known } else { register = try newRegister(place) }
    outcomeRegister = register
    let wanted = constant(Double(outcome.rawValue))
    let code: Operation.Code = sign == .equal ? .equal : .notEqual
    return try emit(code, register, wanted.register, .truth, FilterPlan.settled, place)
  }

  func textSlot(_ expression: Expression) -> Int? {
    guard case .name(let name, _) = expression else { return nil }
    return source.schema.textSlot(name)
  }

  mutating func emit(
    _ code: Operation.Code,
    _ a: Value,
    _ b: Value?,
    _ type: ValueType,
    _ place: Location
  ) throws(LanguageError) -> Value {
    let stage = max(a.stage, b?.stage ?? 0)
    return try emit(code, a.register, b?.register ?? 0, type, stage, place)
  }

  mutating func emit(
    _ code: Operation.Code,
    _ a: UInt16,
    _ b: UInt16,
    _ type: ValueType,
    _ stage: Int,
    _ place: Location
  ) throws(LanguageError) -> Value {
    let register = try newRegister(place)
    append(Operation(code: code, a: a, b: b, destination: register), stage)
    return Value(register: register, type: type, stage: stage, unit: type == .truth ? .plain : nil)
  }

  mutating func newRegister(_ place: Location) throws(LanguageError) -> UInt16 {
    guard registerCount < ProgramCompiler.registersMax else {
      throw LanguageError("the program is too large", at: place)
    }
    registerCount += 1
    return UInt16(registerCount - 1)
  }

  mutating func append(_ operation: Operation, _ stage: Int) {
    if stage >= FilterPlan.settled { return settled.append(operation) }
    while stages.count <= stage { stages.append([]) }
    stages[stage].append(operation)
  }
}
