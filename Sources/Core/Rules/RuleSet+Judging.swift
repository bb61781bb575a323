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
      if let number = ruleNumber(of: condition) {
        let outcome = rules[number].outcome
        if outcome == .approve {
          judgement.vouched = true
        } else {
          judgement.ruleOutcome = max(judgement.ruleOutcome ?? .approve, outcome)
        }
      } else if let number = scoreLineNumber(of: condition) {
        judgement.points = (judgement.points ?? 0) + scoreLines[number].points
      }
    }
    return judgement
  }

  /// Few conditions hold at once, so that only those are looked up.
  private func ruleNumber(of condition: Int) -> Int? {
    var (low, high) = (0, rules.count)
    while low < high {
      let middle = (low + high) / 2
      if rules[middle].condition < condition { low = middle + 1 } else { high = middle }
    }
    return low < rules.count && rules[low].condition == condition ? low : nil
  }

  private func scoreLineNumber(of condition: Int) -> Int? {
    var (low, high) = (0, scoreLines.count)
    while low < high {
      let middle = (low + high) / 2
      if scoreLines[middle].condition < condition { low = middle + 1 } else { high = middle }
    }
    return low < scoreLines.count && scoreLines[low].condition == condition ? low : nil
  }

  /// Appends the conditions that held, with the values of their operands; returns their number.
  ///
  /// Score lines are left out where a model made the score.
  package func appendHits(
    _ profile: Profile,
    scoreLines withScores: Bool,
    to bytes: inout [UInt8]
  ) -> Int {
    var count = 0
    for condition in profile.holding where ruleNumber(of: condition) != nil {
      append(condition, .rule, profile, to: &bytes)
      count += 1
    }
    if withScores {
      for condition in profile.holding where scoreLineNumber(of: condition) != nil {
        append(condition, .score, profile, to: &bytes)
        count += 1
      }
    }
    return count
  }

  private func append(
    _ number: Int,
    _ kind: DecisionRecord.HitKind,
    _ profile: Profile,
    to bytes: inout [UInt8]
  ) {
    let condition = conditions[number]
    let operands = condition.pieces == nil ? condition.operands : condition.pieceOperands
    bytes.append(little: UInt16(number))
    bytes.append(kind.rawValue)
    bytes.append(UInt8(min(operands.count, 255)))
    bytes.append(little: UInt32(0))
    for operand in operands.prefix(255) {
      let value = profile.register(operand.register)
      bytes.append(double: value.isNaN ? .nan : value)
    }
  }

  /// The reasons of a decision's hits: rule or line name, and its text with the values put in.
  package func reasons(for hits: [DecisionRecord.Hit]) -> [Reason] {
    hits.compactMap { hit in
      guard conditions.indices.contains(hit.condition) else { return nil }
      let condition = conditions[hit.condition]
      let text = RuleSet.text(condition, hit.values)
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

  private static func text(_ condition: FeatureProgram.Condition, _ values: [Double]) -> String {
    if let pieces = condition.pieces {
      var text = ""
      for (index, piece) in pieces.enumerated() {
        text += piece
        if index < pieces.count - 1, index < values.count { text += shown(values[index]) }
      }
      return text
    }
    let shownValues = zip(condition.operands, values).map { "\($0.text) = \(shown($1))" }
    return condition.text + (shownValues.isEmpty ? "" : ": " + shownValues.joined(separator: ", "))
  }

  /// Two decimals at most, for people.
  package static func shown(_ value: Double) -> String {
    if value.isNaN { return "missing" }
    guard value.magnitude < 1e15 else { return "\(value)" }
    let hundredths = Int64((value.magnitude * 100).rounded())
    let sign = value < 0 && hundredths > 0 ? "-" : ""
    let whole = sign + "\(hundredths / 100)"
    let rest = hundredths % 100
    if rest == 0 { return whole }
    return whole + (rest < 10 ? ".0\(rest)" : ".\(rest)")
  }
}
