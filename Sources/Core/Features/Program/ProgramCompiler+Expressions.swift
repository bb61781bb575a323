import Language
import Payments

extension ProgramCompiler {
  /// Functions of one or two numbers.
  private static let functions: [String: (code: Operation.Code, arguments: Int)] = [
    "min": (.least, 2), "max": (.greatest, 2), "abs": (.absolute, 1), "sqrt": (.squareRoot, 1),
    "log": (.logarithm, 1), "exp": (.exponential, 1), "floor": (.roundDown, 1),
    "missing": (.isMissing, 1),
  ]
  /// Functions of the transaction's local time.
  private static let calendar: [String: (code: Operation.Code, type: ValueType)] = [
    "hour": (.hour, .number), "weekday": (.weekday, .number), "weekend": (.weekend, .truth),
    "night": (.night, .truth), "day_of_month": (.dayOfMonth, .number),
  ]

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
    case .number(let value), .duration(let value): return constant(value)
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
        return try emit(.negate, value, nil, .number, place)
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
    if let register = constantRegisters[value.bitPattern] {
      return Value(register: register, type: .number, windowed: false)
    }
    let register = registerCount
    registerCount += 1
    constants.append((register, value))
    constantRegisters[value.bitPattern] = register
    return Value(register: register, type: .number, windowed: false)
  }

  private mutating func field(_ name: String, _ place: Location) throws(LanguageError) -> Value {
    if let value = featureRegisters[name] { return value }
    if name == "amount" { return try emit(.amount, 0, 0, .number, false, place) }
    if let slot = source.schema.numberSlot(name) {
      guard source.schema.numbers[slot].kind == .money else {
        return try emit(.number, slot, 0, .number, false, place)
      }
      let scale = constant(Double(source.currency.minorUnitsPerUnit))
      return try emit(.money, slot, scale.register, .number, false, place)
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
      + featureRegisters.keys.sorted()
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
    switch sign {
    case .add: return try emit(.add, a, b, .number, place)
    case .subtract: return try emit(.subtract, a, b, .number, place)
    case .multiply: return try emit(.multiply, a, b, .number, place)
    case .divide: return try emit(.divide, a, b, .number, place)
    case .equal: return try emit(.equal, a, b, .truth, place)
    case .notEqual: return try emit(.notEqual, a, b, .truth, place)
    case .less: return try emit(.less, a, b, .truth, place)
    case .lessOrEqual: return try emit(.lessOrEqual, a, b, .truth, place)
    case .greater: return try emit(.less, b, a, .truth, place)
    case .greaterOrEqual: return try emit(.lessOrEqual, b, a, .truth, place)
    case .and: return try emit(.and, a, b, .truth, place)
    case .or: return try emit(.or, a, b, .truth, place)
    case .otherwise: return try emit(.otherwise, a, b, .number, place)
    }
  }

  /// A comparison of a text field with a text, a bare word or another text field; nil where no
  /// side is a text field.
  private mutating func textComparison(
    _ sign: BinaryOperator,
    _ left: Expression,
    _ right: Expression,
    _ place: Location
  ) throws(LanguageError) -> Value? {
    guard let slot = textSlot(left) else {
      guard textSlot(right) != nil else { return nil }
      return try textComparison(sign, right, left, place)
    }
    var value: Value
    if let other = textSlot(right) {
      value = try emit(.textIsText, slot, other, .truth, false, place)
    } else {
      let text: String
      switch right {
      case .text(let literal): text = literal
      case .name(let word, _) where !isField(word) && featureRegisters[word] == nil: text = word
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
      value = try emit(.textIsConstant, slot, number, .truth, false, place)
    }
    if sign == .notEqual { value = try emit(.not, value, nil, .truth, place) }
    return value
  }

  private func textSlot(_ expression: Expression) -> Int? {
    guard case .name(let name, _) = expression else { return nil }
    return source.schema.textSlot(name)
  }

  private mutating func call(
    _ name: String,
    _ arguments: [Expression],
    _ place: Location
  ) throws(LanguageError) -> Value {
    func expect(_ count: Int) throws(LanguageError) {
      guard arguments.count == count else {
        throw LanguageError(
          "\(name) takes \(count) argument\(count == 1 ? "" : "s"), \(arguments.count) given",
          at: place
        )
      }
    }
    if let (code, type) = ProgramCompiler.calendar[name] {
      try expect(0)
      return try emit(code, 0, 0, type, false, place)
    }
    if name == "present" {
      try expect(1)
      guard let slot = textSlot(arguments[0]) else {
        throw LanguageError("present takes a text field", at: place)
      }
      return try emit(.textIsPresent, slot, 0, .truth, false, place)
    }
    guard let (code, count) = ProgramCompiler.functions[name] else {
      let all =
        ProgramCompiler.functions.keys.sorted() + ProgramCompiler.calendar.keys.sorted()
        + ["present"] + Parser.aggregateFunctions
      let close = all.first { $0.editDistance(to: name) <= 2 }
      throw LanguageError(
        "unknown function '\(name)'",
        at: place,
        hint: close.map { "did you mean '\($0)'?" } ?? "known: " + all.joined(separator: ", ")
      )
    }
    try expect(count)
    let a = try compile(arguments[0])
    try self.expect(.number, a, place)
    let b = try count == 2 ? compile(arguments[1]) : nil
    if let b { try self.expect(.number, b, place) }
    return try emit(code, a, b, code == .isMissing ? .truth : .number, place)
  }

  private mutating func emit(
    _ code: Operation.Code,
    _ a: Value,
    _ b: Value?,
    _ type: ValueType,
    _ place: Location
  ) throws(LanguageError) -> Value {
    try emit(
      code,
      a.register,
      b?.register ?? 0,
      type,
      a.windowed || (b?.windowed ?? false),
      place
    )
  }

  mutating func emit(
    _ code: Operation.Code,
    _ a: Int,
    _ b: Int,
    _ type: ValueType,
    _ windowed: Bool,
    _ place: Location
  ) throws(LanguageError) -> Value {
    guard registerCount < ProgramCompiler.registersMax else {
      throw LanguageError("the program is too large", at: place)
    }
    let register = registerCount
    registerCount += 1
    let operation = Operation(
      code: code,
      a: UInt16(a),
      b: UInt16(b),
      destination: UInt16(register)
    )
    if windowed { after.append(operation) } else { before.append(operation) }
    return Value(register: register, type: type, windowed: windowed)
  }
}

extension String {
  /// Levenshtein's distance in bytes, for names of bounded length.
  fileprivate func editDistance(to other: String) -> Int {
    let (a, b) = (Array(utf8.prefix(64)), Array(other.utf8.prefix(64)))
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let cost = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = Swift.min(cost, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
