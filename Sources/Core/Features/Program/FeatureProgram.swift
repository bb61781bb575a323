import Payments

/// A compiled set of features and conditions: immutable, shared by live scoring, replay, backtest
/// and training.
package struct FeatureProgram: Sendable {
  /// A named output of the program.
  package struct Feature: Sendable, Hashable {
    package var name: String
    /// The expression in its normal form.
    package var expression: String
    var register: UInt16
  }

  /// A part of a condition whose value is shown in a reason.
  package struct Operand: Sendable, Hashable {
    package var text: String
    package var register: UInt16
    /// Whether it is an amount of the source's currency.
    package var isMoney: Bool
  }

  /// A condition of a rule or of a score line.
  package struct Condition: Sendable, Hashable {
    package var register: UInt16
    package var text: String
    package var operands: [Operand]
    /// The statement's own reason, cut at its placeholders; each piece but the last is followed by
    /// the operand of the same number.
    package var pieces: [String]?
    package var pieceOperands: [Operand]
  }

  package var features: [Feature]
  package var conditions: [Condition]
  /// The first register of those that hold the features in their order, and of the conditions'.
  let featureStart: UInt16
  let conditionStart: UInt16
  /// Identifies the features, their order and their meaning.
  package var fingerprint: UInt64

  let plans: [WindowPlan]
  /// The first look of each kind at its own windows, in the order of `plans`, then the others.
  let views: [ViewPlan]
  let aggregates: [AggregatePlan]
  let filters: [FilterPlan]
  /// What needs no window; then what needs the aggregates of each level; see `FilterPlan.level`.
  ///
  /// Operations of one sort stand in a row where they can.
  let stages: [[Operation]]
  /// What needs the decision.
  let settled: [Operation]
  /// The register of the decision's outcome in them, or nil.
  let outcomeRegister: UInt16?
  let constants: [(register: UInt16, value: Double)]
  let texts: [[UInt8]]
  let amountScale: Double
  /// Number slots that hold doubles, not money.
  let numberSlots: Set<Int>

  /// Bytes that one entity of each kind takes, and one of its events, without slack.
  package var footprint: [(key: [Int], entity: Int, event: Int)] {
    plans.map { plan in
      (plan.key, WindowLayout.statesStart(plan) + 32 * plan.tracked.count, plan.slotBytes)
    }
  }
}
