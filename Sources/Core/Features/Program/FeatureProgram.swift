import Payments

/// A compiled set of features and conditions: immutable, shared by live scoring, replay, backtest
/// and training.
package struct FeatureProgram: Sendable {
  /// A named output of the program.
  package struct Feature: Sendable, Hashable {
    package var name: String
    /// The expression in its normal form.
    package var expression: String
    package var register: Int
  }

  /// A part of a condition whose value is shown in a reason.
  package struct Operand: Sendable, Hashable {
    package var text: String
    package var register: Int
  }

  /// A condition of a rule or of a score line.
  package struct Condition: Sendable, Hashable {
    package var register: Int
    package var text: String
    package var operands: [Operand]
    /// The statement's own reason, cut at its placeholders; each piece but the last is followed by
    /// the operand of the same number.
    package var pieces: [String]?
    package var pieceOperands: [Operand]
  }

  package var features: [Feature]
  package var conditions: [Condition]
  /// Identifies the features, their order and their meaning.
  package var fingerprint: UInt64

  let plans: [WindowPlan]
  let aggregates: [AggregatePlan]
  /// Registers of the filters, by their number.
  let filters: [Int]
  /// What needs no window, then what does.
  let before: [Operation]
  let after: [Operation]
  let constants: [(register: Int, value: Double)]
  let texts: [[UInt8]]
  let registerCount: Int
  let amountScale: Double
}
