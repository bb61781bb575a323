import Features
import Language
import Payments
import Testing

/// What windows keep when a source's features change.
struct ContinuityTests {
  static let source = Source(
    id: 1,
    name: "s",
    dialect: .native,
    currency: Currency(code: "EUR", scale: 2)
  )

  static func program(_ text: String) throws -> FeatureProgram {
    try ProgramCompiler.compile(Parser.parse(text), for: source)
  }

  static func transaction(_ number: Int, channel: String) -> [UInt8] {
    var builder = TransactionBuilder(source: 1, schema: source.schema)
    builder.set(text: Schema.Text.id, "t\(number)")
    builder.set(text: Schema.Text.account, "a")
    builder.set(text: Schema.Text.counterparty, "c")
    builder.set(text: Schema.Text.channel, channel)
    builder.time = Timestamp(microseconds: Int64(number) * 1_000_000)
    builder.amount = Money(minorUnits: 100)
    var bytes: [UInt8] = []
    builder.finish(into: &bytes)
    return bytes
  }

  /// The first feature after three payments on the web under `old` and one more under `new`.
  static func value(from old: String, to new: String) throws -> Float {
    var profile = Profile(program: try program(old), source: source, reserve: 1 << 22)
    for number in 1...3 { profile.record(transaction(number, channel: "web").span) }
    profile = Profile(
      program: try program(new),
      source: source,
      reserve: 1 << 22,
      continuing: profile
    )
    profile.record(transaction(4, channel: "web").span)
    return profile.vector[0]
  }

  @Test func `windows that stay as they were keep their state`() throws {
    let text = "feature n = count() by account over 1h where channel = web"
    #expect(try ContinuityTests.value(from: text, to: text) == 4)
  }

  @Test func `a window with another filter does not take over what the old one counted`() throws {
    let value = try ContinuityTests.value(
      from: "feature n = count() by account over 1h where channel = web",
      to: "feature n = count() by account over 1h where channel = shop"
    )
    #expect(value == 0)
  }

  @Test func `a window by another entity starts empty`() throws {
    let value = try ContinuityTests.value(
      from: "feature n = count() by account over 1h",
      to: "feature n = count() by counterparty over 1h"
    )
    #expect(value == 1)
  }
}
