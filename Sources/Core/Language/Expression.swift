/// A node of a parsed expression.
package indirect enum Expression: Sendable, Hashable {
  case number(Double)
  /// A span of time, in seconds.
  case duration(Double)
  case text(String)
  /// A field, a feature, or a bare word standing for a text.
  case name(String, Location)
  case unary(UnaryOperator, Expression, Location)
  case binary(BinaryOperator, Expression, Expression, Location)
  case call(String, [Expression], Location)
  case aggregate(AggregateExpression)
}

package enum UnaryOperator: String, Sendable {
  case negate = "-"
  case not = "not"
}

package enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case equal = "="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case and
  case or
  /// The left side, or the right one where the left is missing.
  case otherwise = "else"

  package var isComparison: Bool { strength == 4 }

  /// How tightly it binds; greater binds tighter.
  var strength: Int {
    switch self {
    case .or: 1
    case .and: 2
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: 4
    case .otherwise: 5
    case .add, .subtract: 6
    case .multiply, .divide: 7
    }
  }
}

/// An aggregate over a window of an entity's transactions: `mean(amount) by account over 30d`.
package struct AggregateExpression: Sendable, Hashable {
  package var function: AggregateWord
  package var arguments: [Expression]
  /// The fields that name the entity, one or several.
  package var key: [String]
  /// The fields as which those name it, where they are others: an account as a counterparty.
  package var role: [String]?
  package var windowSeconds: Double
  package var delaySeconds: Double
  package var filter: Expression?
  /// Whether the current transaction is left out.
  package var beforeThis: Bool
  package var location: Location
}

/// One statement of a program.
package struct Statement: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case feature(Expression)
    /// An outcome when the condition holds; the word is checked by the rule compiler.
    case rule(condition: Expression, outcome: String, reason: String?)
    /// Points, in log-odds, when the condition holds.
    case score(condition: Expression, points: Double, reason: String?)
  }

  package var name: String
  package var kind: Kind
  package var location: Location
}

extension Expression {
  /// Where the node stands; constants have no place of their own.
  package var location: Location? {
    switch self {
    case .number, .duration, .text: nil
    case .name(_, let place), .unary(_, _, let place), .binary(_, _, _, let place),
      .call(_, _, let place):
      place
    case .aggregate(let aggregate): aggregate.location
    }
  }
}
