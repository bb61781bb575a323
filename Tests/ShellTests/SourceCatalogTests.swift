import Engine
import Features
import Payments
import Shell
import Testing

/// What a fresh data directory starts with.
struct SourceCatalogTests {
  @Test(arguments: Dialect.allCases)
  func `every dialect has a source whose features and rules compile`(dialect: Dialect) throws {
    let entry = SourceCatalog.entry(dialect)
    #expect(entry.source.dialect == dialect && entry.source.name == dialect.word)
    let (engine, source) = try SourceCatalog.engine(dialect, features: nil, rules: true)
    let state = try #require(engine.source(Int(source.id)))
    #expect(!state.featureText.isEmpty && !state.ruleText.isEmpty)
  }

  @Test func `sources have numbers and names of their own`() {
    let sources = SourceCatalog.entries.map(\.source)
    #expect(Set(sources.map(\.id)).count == sources.count)
    #expect(sources.map(\.name) == Dialect.allCases.map(\.word))
    #expect(sources.filter { $0.identity == .idAndContent }.map(\.name) == ["payment"])
  }

  @Test func `both sets of card payments have one feature file`() {
    #expect(SourceCatalog.entry(.card).featureName == "card")
    #expect(SourceCatalog.entry(.sparkov).featureName == "card")
  }

  @Test(arguments: [Dialect.native, .card, .sparkov])
  func `the features of card payments and the handbook's compile for`(dialect: Dialect) throws {
    for name in ["card", "card-handbook"] {
      let (engine, source) = try SourceCatalog.engine(dialect, features: name, rules: true)
      let columns = try #require(engine.source(Int(source.id))?.program.features.count)
      #expect(columns == 15 || name == "card")
    }
  }
}
