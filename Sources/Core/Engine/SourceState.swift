package import Features
import Models
package import Payments
package import Rules

/// One source inside of the engine: its definition, its compiled program, its windows, its model.
package final class SourceState {
  package internal(set) var source: Source
  package internal(set) var featureText = ""
  package internal(set) var featureName = ""
  package internal(set) var ruleText = ""
  package internal(set) var ruleName = ""
  package internal(set) var program: FeatureProgram {
    didSet { noteProgram() }
  }
  private var featureCount = 0
  private var featureFingerprint: UInt64 = 0
  package internal(set) var rules: RuleSet
  package internal(set) var profile: Profile
  /// The last adoption of windows filled from the log.
  package internal(set) var adoption: AdoptionSpan?
  package internal(set) var model: ControlEntry.Model? {
    didSet {
      modelFingerprint = model?.fingerprint ?? 0
      link = model?.link ?? .logistic
    }
  }
  private var modelFingerprint: UInt64 = 0
  private var link = ScoreLink.logistic
  var scorer: Scorer?

  init(_ source: Source, seed: UInt64, reserve: Int) throws(EngineError) {
    self.source = source
    (program, rules) = try SourceState.compile("", "", source)
    profile = Profile(program: program, source: source, seed: seed, reserve: reserve)
    noteProgram()
  }

  private func noteProgram() {
    featureCount = program.features.count
    featureFingerprint = program.fingerprint
  }

  static func compile(
    _ features: String,
    _ rules: String,
    _ source: Source
  ) throws(EngineError) -> (FeatureProgram, RuleSet) {
    do {
      return try RuleSet.compile(features: features, rules: rules, for: source)
    } catch {
      throw EngineError(.badProgram, "source \(source.name): \(error)")
    }
  }

  /// Compiles and adopts new texts; windows that they need unchanged keep their state.
  func adopt(
    features: String,
    rules text: String,
    seed: UInt64,
    reserve: Int
  ) throws(EngineError) {
    let (program, rules) = try SourceState.compile(features, text, source)
    if let model, model.featureSet != program.fingerprint {
      self.model = nil
      scorer = nil
    }
    profile = Profile(
      program: program,
      source: source,
      seed: seed,
      reserve: reserve,
      continuing: profile
    )
    self.program = program
    self.rules = rules
    featureText = features
    ruleText = text
  }

  /// Identifies the features and rules in force.
  var programFingerprint: UInt64 { Fingerprint.chain(program.fingerprint, rules.fingerprint) }

  /// Puts windows of the same program in force that know more of the past.
  func adopt(_ filled: Profile, _ span: AdoptionSpan) {
    profile = filled
    adoption = span
  }

  /// The names of the feature vector, in order.
  package var featureNames: [String] { program.features.map(\.name) }

  /// The most bytes that a decision on this source can take.
  package var decisionBytesMax: Int {
    let operands = rules.conditions.reduce(0) {
      $0 + 8 + 8 * max($1.operands.count, $1.pieceOperands.count)
    }
    return DecisionRecord.hitsOffset(features: program.features.count) + operands
  }

  /// Decides on a transaction and appends the decision's record.
  func decide(_ record: borrowing Span<UInt8>, into body: inout [UInt8]) {
    let (profile, rules) = (profile, rules)
    profile.record(record)
    let judgement = rules.judge(profile)
    var flags = DecisionRecord.Flags(rawValue: 0)
    let margin: Float
    if let scorer {
      margin = profile.withVector { scorer.margin(of: $0) }
    } else {
      margin = Float(judgement.points ?? SourceState.marginOfNothing)
      flags.set(.noModel)
    }
    let score = link.score(margin)
    var outcome = judgement.vouched ? .approve : source.thresholds.outcome(Double(score))
    if let ruled = judgement.ruleOutcome { outcome = max(outcome, ruled) }
    if profile.wasTooLate { flags.set(.tooLate) }
    if profile.wasApproximate { flags.set(.approximate) }
    if profile.isWarming { flags.set(.warming) }
    profile.settle(outcome, record)
    append(outcome, margin, score, flags, profile, rules, into: &body)
  }

  /// The log-odds of a transaction of which the scorecard says nothing: 0.7 %.
  private static let marginOfNothing = -5.0

  private func append(
    _ outcome: Outcome,
    _ margin: Float,
    _ score: Float,
    _ flags: DecisionRecord.Flags,
    _ profile: Profile,
    _ rules: RuleSet,
    into body: inout [UInt8]
  ) {
    let start = body.count
    let counts = UInt64(source.id) | UInt64(outcome.rawValue) << 16
    let kinds =
      UInt64(DecisionRecord.DecidedBy.engine.rawValue) << 24 | UInt64(flags.rawValue) << 32
    body.append(
      little: [
        counts | kinds | UInt64(featureCount) << 48,
        UInt64(margin.bitPattern) | UInt64(score.bitPattern) << 32,
        0,
        scorer == nil ? 0 : modelFingerprint,
        featureFingerprint,
        rules.fingerprint,
        UInt64(bitPattern: profile.landed),
        0,
      ]
    )
    let vectorStart = body.count
    profile.appendVector(to: &body)
    let vectorEnd = body.count
    if featureCount % 2 == 1 { body.append(little: UInt32(0)) }
    let hits = rules.appendHits(profile, scoreLines: scorer == nil, to: &body)
    body.store(little: UInt16(hits), at: start + 56)
    let hash = Fingerprint.of(body, in: vectorStart..<vectorEnd)
    body.store(little: hash, at: start + 16)
  }
}
