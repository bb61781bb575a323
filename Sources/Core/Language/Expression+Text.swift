extension Expression: CustomStringConvertible {
  /// The expression in its one normal form; parsing it gives the same expression.
  package var description: String { text(binding: 0) }

  private func text(binding: Int) -> String {
    switch self {
    case .number(let value): return Expression.shown(value)
    case .duration(let seconds): return Expression.shown(seconds: seconds)
    case .text(let text): return "\"\(text)\""
    case .name(let name, _): return name
    case .unary(.negate, let operand, _): return "-" + operand.text(binding: 8)
    case .unary(.not, let operand, _):
      let inner = "not " + operand.text(binding: 3)
      return binding > 3 ? "(\(inner))" : inner
    case .binary(let sign, let left, let right, _):
      // Comparisons do not chain, so one that stands left of another keeps its parentheses.
      let inner =
        left.text(binding: sign.strength + (sign.isComparison ? 1 : 0)) + " \(sign.rawValue) "
        + right.text(binding: sign.strength + 1)
      return sign.strength < binding ? "(\(inner))" : inner
    case .call(let function, let arguments, _):
      return "\(function)(\(arguments.map(\.description).joined(separator: ", ")))"
    case .aggregate(let aggregate): return aggregate.description
    }
  }

  /// Whole numbers without a decimal part, else as few digits as tell the number from all others;
  /// very small and very large ones with an exponent.
  package static func shown(_ value: Double) -> String {
    if value == value.rounded(), value.magnitude < 1e15 { return "\(Int64(value))" }
    return "\(value)"
  }

  /// The largest unit that divides the span.
  package static func shown(seconds: Double) -> String {
    for (unit, length) in [("d", 86_400.0), ("h", 3600), ("m", 60)]
    where seconds >= length && (seconds / length).rounded() * length == seconds {
      return shown((seconds / length).rounded()) + unit
    }
    return shown(seconds) + "s"
  }
}

extension AggregateExpression: CustomStringConvertible {
  package var description: String {
    func entity(_ fields: [String]) -> String {
      fields.count == 1 ? fields[0] : "(\(fields.joined(separator: ", ")))"
    }
    var text = "\(function.rawValue)(\(arguments.map(\.description).joined(separator: ", ")))"
    text += " by " + entity(key)
    if let role { text += " as " + entity(role) }
    text += " over " + Expression.shown(seconds: windowSeconds)
    if delaySeconds > 0 { text += " delayed " + Expression.shown(seconds: delaySeconds) }
    if let filter { text += " where (\(filter))" }
    if beforeThis { text += " before this" }
    return text
  }
}

extension Statement: CustomStringConvertible {
  package var description: String {
    func because(_ reason: String?) -> String { reason.map { " because \"\($0)\"" } ?? "" }
    switch kind {
    case .feature(let expression): return "feature \(name) = \(expression)"
    case .rule(let condition, let outcome, let reason):
      return "rule \(name): when \(condition) then \(outcome)\(because(reason))"
    case .score(let condition, let points, let reason):
      return "score \(name): when \(condition) add \(Expression.shown(points))\(because(reason))"
    }
  }
}
