package import Features
package import Models
package import Payments
package import Rules
import Synchronization

/// What is needed to show decisions to people: the programs and models that made them.
package final class Catalog: Sendable {
  /// A source's definition, features and rules, as they were in force together.
  package struct Program: Sendable {
    package var source: Source
    package var features: [FeatureProgram.Feature]
    package var rules: RuleSet

    package init(source: Source, features: [FeatureProgram.Feature], rules: RuleSet) {
      self.source = source
      self.features = features
      self.rules = rules
    }
  }

  /// A model by name, with the tables that score and explain.
  package struct Model: Sendable {
    package var name: String
    package var link: ScoreLink
    package var trees: PackedTrees
    package var attribution: TreeAttribution

    package init(
      name: String,
      link: ScoreLink,
      trees: PackedTrees,
      attribution: TreeAttribution
    ) {
      self.name = name
      self.link = link
      self.trees = trees
      self.attribution = attribution
    }
  }

  private struct ProgramKey: Hashable {
    var source: UInt16
    var features: UInt64
    var rules: UInt64
  }

  private struct State {
    var programs: [ProgramKey: Program] = [:]
    var models: [UInt64: Model] = [:]
  }

  private let state = Mutex(State())
  /// The sources that take transactions.
  package let sources: [Source]

  package init(sources: [Source]) { self.sources = sources }

  package func add(_ program: Program, features: UInt64, rules: UInt64) {
    let key = ProgramKey(source: program.source.id, features: features, rules: rules)
    state.withLock { $0.programs[key] = program }
  }

  package func add(_ model: Model, fingerprint: UInt64) {
    state.withLock { $0.models[fingerprint] = model }
  }

  func program(of decision: borrowing Span<UInt8>) -> Program? {
    let key = ProgramKey(
      source: UInt16(DecisionRecord.source(decision)),
      features: DecisionRecord.featureSet(decision),
      rules: DecisionRecord.ruleSet(decision)
    )
    return state.withLock { $0.programs[key] }
  }

  /// The texts of the reasons of a decision, as they were in force.
  package func reasons(of decision: [UInt8]) -> [String] {
    let body = decision.span
    return program(of: body)?.rules.reasons(for: DecisionRecord.hits(body)).map(\.text) ?? []
  }

  /// The names of a decision's reasons.
  package func reasons(for decision: borrowing Span<UInt8>) -> [String] {
    let hits = DecisionRecord.hits(decision)
    return hits.isEmpty ? [] : program(of: decision)?.rules.reasons(for: hits).map(\.name) ?? []
  }

  func model(_ fingerprint: UInt64) -> Model? { state.withLock { $0.models[fingerprint] } }

  func source(named name: String) -> Source? { sources.first { $0.name == name } }

  func source(_ id: Int) -> Source? { sources.first { Int($0.id) == id } }
}
