package import Features
package import Payments

/// What the rules say of one transaction.
package struct Judgement: Sendable {
  /// The most severe outcome of the rules that fired; nil where none did.
  package var ruleOutcome: Outcome?
  /// Whether a rule vouches for the transaction: it lifts the score's verdict, never a rule's.
  package var vouched = false
  /// The scorecard's sum, in log-odds; nil where no line applied.
  package var points: Double?
}

extension RuleSet {
  /// Judges the transaction that the profile recorded last.
  package func judge(_ profile: Profile) -> Judgement {
    var judgement = Judgement()
    for condition in profile.holding {
      let effect = effects[condition]
      if effect.kind == .score {
        judgement.points = (judgement.points ?? 0) + effect.points
      } else if effect.outcome == .approve {
        judgement.vouched = true
      } else {
        judgement.ruleOutcome = max(judgement.ruleOutcome ?? .approve, effect.outcome)
      }
    }
    return judgement
  }

  /// Appends the conditions that held, with the values of their operands; returns their number.
  ///
  /// Score lines are left out where a model made the score.
  package func appendHits(
    _ profile: Profile,
    scoreLines withScores: Bool,
    to bytes: inout [UInt8]
  ) -> Int {
    append(.rule, profile, to: &bytes) + (withScores ? append(.score, profile, to: &bytes) : 0)
  }

  private func append(
    _ kind: DecisionRecord.HitKind,
    _ profile: Profile,
    to bytes: inout [UInt8]
  ) -> Int {
    var hits = 0
    for condition in profile.holding where effects[condition].kind == kind {
      hits += 1
      let effect = effects[condition]
      let (number, count) = (UInt64(UInt16(condition)), effect.operandCount)
      bytes.append(little: number | UInt64(kind.rawValue) << 16 | UInt64(count) << 24)
      for operand in effect.operandStart..<effect.operandStart + Int(count) {
        let value = profile.register(operandRegisters[operand])
        bytes.append(double: value.isNaN ? .nan : value)
      }
    }
    return hits
  }

  /// The reasons of a decision's hits: rule or line name, and its text with the values put in.
  package func reasons(for hits: [DecisionRecord.Hit]) -> [Reason] {
    hits.compactMap { hit in
      guard conditions.indices.contains(hit.condition) else { return nil }
      let condition = conditions[hit.condition]
      let text = text(condition, hit.values)
      switch hit.kind {
      case .rule:
        guard let rule = rules.first(where: { $0.condition == hit.condition }) else { return nil }
        return Reason(name: rule.name, text: text, outcome: rule.outcome, points: nil)
      case .score:
        guard let line = scoreLines.first(where: { $0.condition == hit.condition }) else {
          return nil
        }
        return Reason(name: line.name, text: text, outcome: nil, points: line.points)
      }
    }
  }

  private func text(_ condition: FeatureProgram.Condition, _ values: [Double]) -> String {
    let operands = condition.pieces == nil ? condition.operands : condition.pieceOperands
    let shown = ShownNumbers.texts(
      zip(operands, values).map { ShownNumbers.Number($1, decimals: $0.isMoney ? scale : nil) }
    )
    if let pieces = condition.pieces {
      var text = ""
      for (index, piece) in pieces.enumerated() {
        text += piece
        if index < pieces.count - 1, index < shown.count { text += shown[index] }
      }
      return text
    }
    let shownValues = zip(operands, shown).map { "\($0.text) = \($1)" }
    return condition.text + (shownValues.isEmpty ? "" : ": " + shownValues.joined(separator: ", "))
  }
}
