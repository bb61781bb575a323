package import Features
package import Language
package import Payments

/// The rules and the scorecard of one source: which conditions of its program lead where.
///
/// A scorecard adds points in log-odds; with a model in force it only gives reasons.
package struct RuleSet: Sendable {
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

  package var rules: [Rule] = []
  package var scoreLines: [ScoreLine] = []
  package var conditions: [FeatureProgram.Condition] = []
  /// Identifies the rules and their meaning.
  package var fingerprint: UInt64

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
    return (program, try RuleSet(ruleStatements, program))
  }

  private init(
    _ statements: [Statement],
    _ program: FeatureProgram
  ) throws(LanguageError) {
    conditions = program.conditions
    fingerprint = Fingerprint.of("rules")
    for (number, statement) in statements.enumerated() {
      fingerprint = Fingerprint.chain(fingerprint, Fingerprint.of(statement.description))
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
      case .score(_, let points, _):
        guard points.magnitude <= 100 else {
          throw LanguageError("points lie between -100 and 100", at: statement.location)
        }
        scoreLines.append(
          ScoreLine(name: statement.name, condition: number, points: points)
        )
      }
    }
  }
}
