import Language

extension ProgramCompiler {
  /// The unit of a result; throws where two values cannot be taken together.
  func unit(
    _ sign: BinaryOperator,
    _ a: Value,
    _ b: Value,
    _ place: Location
  ) throws(LanguageError) -> Unit? {
    switch sign {
    case .and, .or: return .plain
    case .multiply:
      if a.unit == nil, b.unit == nil { return nil }
      return (a.unit ?? .plain) * (b.unit ?? .plain)
    case .divide:
      if a.unit == nil, b.unit == nil { return nil }
      return (a.unit ?? .plain) / (b.unit ?? .plain)
    default:
      let does = sign == .add || sign == .subtract || sign == .otherwise ? "go" : "compare"
      return try shared(a, b, "'\(sign.rawValue)': these do not \(does) together", place)
    }
  }

  /// The unit that two values share; a number without one takes the other's.
  func shared(
    _ a: Value,
    _ b: Value,
    _ message: String,
    _ place: Location
  ) throws(LanguageError) -> Unit? {
    guard let left = a.unit, let right = b.unit else { return a.unit ?? b.unit }
    guard left == right else {
      throw LanguageError(
        "\(message): \(left) and \(right)",
        at: place,
        hint: left == .seconds || right == .seconds
          ? "a time is written as 90s, 30m, 12h or 7d" : nil
      )
    }
    return left
  }

  /// A rate beside a number that no rate reaches is a mistake.
  func checkRate(
    _ sign: BinaryOperator,
    _ a: Value,
    _ b: Value,
    _ place: Location
  ) throws(LanguageError) {
    guard sign.isComparison else { return }
    for (rate, other) in [(a, b), (b, a)] {
      guard rate.isRate, let bound = other.constant, bound < 0 || bound > 1 else { continue }
      throw LanguageError(
        "a rate lies between 0 and 1",
        at: place,
        hint: "write a percentage as a fraction: 5 % is 0.05"
      )
    }
  }
}

extension ProgramCompiler.Value {
  func measured(in unit: Unit) -> ProgramCompiler.Value {
    var value = self
    value.unit = unit
    return value
  }
}
