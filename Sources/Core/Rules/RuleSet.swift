package import Features
package import Language
package import Payments

/// The rules and the scorecard of one source: which conditions of its program lead where.
///
/// A scorecard adds points in log-odds; with a model in force it only gives reasons.
package final class RuleSet: Sendable {
  package struct Rule: Sendable, Hashable {
    package var name: String
    package var condition: Int
    package var outcome: Outcome
  }

  package struct ScoreLine: Sendable, Hashable {
    package var name: String
    package var condition: Int
    package var points: Double
  }

  /// What a condition leads to, as every decision reads it.
  struct Effect {
    var kind: DecisionRecord.HitKind
    var outcome: Outcome
    /// Its stretch of `operandRegisters`.
    var operandCount: UInt8
    var operandStart: Int
    var points: Double
  }

  package let rules: [Rule]
  package let scoreLines: [ScoreLine]
  package let conditions: [FeatureProgram.Condition]
  /// One for each condition.
  let effects: [Effect]
  let operandRegisters: [UInt16]
  /// Decimals of the source's currency.
  let scale: Int
  /// Identifies the rules and their meaning.
  package let fingerprint: UInt64

  /// Compiles features and rules of one source together, so that they share every aggregate.
  package static func compile(
    features: String,
    rules: String,
    for source: Source
  ) throws(LanguageError) -> (program: FeatureProgram, rules: RuleSet) {
    let featureStatements = try Parser.parse(features)
    for statement in featureStatements {
      guard case .feature = statement.kind else {
        throw LanguageError(
          "a feature set holds features only",
          at: statement.location,
          hint: "rules and scores stand in a rule file"
        )
      }
    }
    let ruleStatements = try Parser.parse(rules)
    for statement in ruleStatements {
      if case .feature = statement.kind {
        throw LanguageError(
          "a rule file holds rules and scores only",
          at: statement.location,
          hint: "features stand in a feature set"
        )
      }
    }
    let program = try ProgramCompiler.compile(featureStatements + ruleStatements, for: source)
    return (program, try RuleSet(ruleStatements, program, scale: Int(source.currency.scale)))
  }

  private init(
    _ statements: [Statement],
    _ program: FeatureProgram,
    scale: Int
  ) throws(LanguageError) {
    var fingerprint = Fingerprint.of("rules")
    var (rules, scoreLines): ([Rule], [ScoreLine]) = ([], [])
    var (effects, registers): ([Effect], [UInt16]) = ([], [])
    for (number, statement) in statements.enumerated() {
      fingerprint = Fingerprint.chain(fingerprint, Fingerprint.of(statement.description))
      let condition = program.conditions[number]
      let operands = condition.pieces == nil ? condition.operands : condition.pieceOperands
      var effect = Effect(
        kind: .rule,
        outcome: .approve,
        operandCount: UInt8(min(operands.count, 255)),
        operandStart: registers.count,
        points: 0
      )
      registers += operands.prefix(255).map(\.register)
      switch statement.kind {
      case .feature: continue
      case .rule(_, let word, _):
        guard let outcome = Outcome(word: word) else {
          throw LanguageError(
            "'\(word)' is not an outcome",
            at: statement.location,
            hint: "outcomes: approve, challenge, review, decline"
          )
        }
        rules.append(Rule(name: statement.name, condition: number, outcome: outcome))
        effect.outcome = outcome
      case .score(_, let points, _):
        guard points.magnitude <= 100 else {
          throw LanguageError("points lie between -100 and 100", at: statement.location)
        }
        scoreLines.append(
          ScoreLine(name: statement.name, condition: number, points: points)
        )
        effect.kind = .score
        effect.points = points
      }
      effects.append(effect)
    }
    conditions = program.conditions
    self.scale = scale
    self.fingerprint = fingerprint
    self.rules = rules
    self.scoreLines = scoreLines
    self.effects = effects
    operandRegisters = registers
  }
}
