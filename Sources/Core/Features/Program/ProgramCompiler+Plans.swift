import Language
import Payments

extension ProgramCompiler {
  /// An aggregate as the hot path reads it.
  func plan(_ draft: AggregateDraft, in plan: WindowPlan) -> AggregatePlan {
    let mature = min(max(source.maturity, draft.newer), draft.older)
    var result = AggregatePlan(
      function: draft.function,
      view: draft.view,
      level: draft.level,
      newer: plan.sample(draft.newer, beforeThis: draft.beforeThis),
      older: plan.sample(draft.older, beforeThis: false),
      mature: plan.sample(mature, beforeThis: draft.beforeThis),
      delay: draft.newer
    )
    result.scale = draft.scale
    result.isNumber = draft.isNumber
    result.quantile = draft.quantile
    result.tracked = draft.tracked
    result.destination = draft.destination
    func offset(_ kind: MeasureKind, _ field: Int? = nil) -> Int {
      plan.offset(of: Measure(kind: kind, filter: draft.filter, field: field)) ?? -1
    }
    let all = plan.hasActivities ? plan.offset(of: Measure(kind: .count)) ?? -1 : -1
    result.allOffset = all
    if let fact = draft.fact {
      result.countOffset = plan.offset(of: fact.measure(draft.filter)) ?? -1
    } else {
      let counted = draft.countFilter ?? draft.filter
      let count = Measure(kind: .count, filter: counted)
      result.countOffset = counted == nil ? all : plan.offset(of: count) ?? -1
    }
    switch draft.function {
    case .sum, .mean, .std:
      result.sumOffset = offset(.sum, draft.field)
      result.squaresOffset = offset(.squares, draft.field)
    case .fraudRate:
      result.fraudOffset = offset(.fraud)
      result.labelledOffset = offset(.labelled)
      result.unmaturableOffset = offset(.unmaturable)
    case .first, .last: result.column = plan.offset(ofValue: draft.column)
    case .quantile: result.column = plan.offset(ofValue: draft.column)
    case .distinct, .entropy: result.column = plan.offset(ofLink: draft.column)
    case .least, .greatest, .decayed: result.column = draft.column
    case .count, .sinceFirst, .sinceLast, .streak: break
    }
    return result
  }
}

extension AggregateWord {
  /// Whether a transaction without the field counts for nothing.
  var needsPresence: Bool {
    switch self {
    case .mean, .std, .first, .last: true
    default: false
    }
  }

  var reading: AggregatePlan.Function {
    switch self {
    case .count: .count
    case .sum: .sum
    case .mean: .mean
    case .std: .std
    case .min: .least
    case .max: .greatest
    case .median, .quantile: .quantile
    case .distinct: .distinct
    case .entropy: .entropy
    case .first: .first
    case .last: .last
    case .timeSinceFirst: .sinceFirst
    case .timeSinceLast: .sinceLast
    case .streak: .streak
    case .decayedCount, .decayedSum: .decayed
    case .fraudRate: .fraudRate
    case .zscore, .robustZscore, .ratioToMean, .firstTime, .speed:
      preconditionFailure("compiled as an expression")
    }
  }
}
