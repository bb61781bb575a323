@testable import Features
import Language
import Payments
import Testing

/// Programs and streams in which an aggregate could say something else than the language does.
struct MeaningTests {
  static let source = RandomStream.makeSource()

  static func profile(_ text: String, continuing earlier: Profile? = nil) throws -> Profile {
    try profile(text, source, continuing: earlier)
  }

  static func profile(
    _ text: String,
    _ source: Source,
    continuing earlier: Profile? = nil
  ) throws -> Profile {
    Profile(
      program: try ProgramCompiler.compile(Parser.parse(text), for: source),
      source: source,
      reserve: 1 << 22,
      continuing: earlier
    )
  }

  static func record(
    _ number: Int,
    minute: Int64,
    amount: Int64 = 100,
    channel: String = "web",
    points: Double? = nil
  ) -> [UInt8] {
    var builder = TransactionBuilder(source: 1, schema: source.schema)
    builder.time = Timestamp(microseconds: 1_600_000_000_000_000 + minute * 60_000_000)
    builder.amount = Money(minorUnits: amount)
    builder.set(text: Schema.Text.id, "t\(number)")
    builder.set(text: Schema.Text.account, "a")
    builder.set(text: Schema.Text.counterparty, "c")
    builder.set(text: Schema.Text.channel, channel)
    if let points { builder.set(number: 1, points) }
    var bytes: [UInt8] = []
    builder.finish(into: &bytes)
    return bytes
  }

  @Test func `a filter that names a feature is another when the feature is`() throws {
    func text(_ limit: Int) -> String {
      "feature limit = \(limit)\nfeature n = count() by account over 1h where amount > limit"
    }
    let first = try MeaningTests.profile(text(5))
    for number in 0..<4 {
      first.record(MeaningTests.record(number, minute: 0, amount: 10_00).span)
    }
    #expect(first.vector[1] == 4)
    let same = try MeaningTests.profile(text(5), continuing: first)
    same.record(MeaningTests.record(4, minute: 1, amount: 1).span)
    #expect(same.vector[1] == 4)
    let other = try MeaningTests.profile(text(50), continuing: first)
    other.record(MeaningTests.record(5, minute: 1, amount: 1).span)
    #expect(other.vector[1] == 0)
  }

  @Test func `windows of another currency do not go on`() throws {
    let text = "feature s = sum(amount) by account over 1h"
    let first = try MeaningTests.profile(text)
    first.record(MeaningTests.record(0, minute: 0, amount: 10_00).span)
    #expect(first.vector[0] == 10)
    var source = MeaningTests.source
    source.currency = Currency(code: "BHD", scale: 3)
    let other = try MeaningTests.profile(text, source, continuing: first)
    other.record(MeaningTests.record(1, minute: 1, amount: 10_000).span)
    #expect(other.vector[0] == 10)
  }

  @Test func `a number too large to be summed is missing in a mean`() throws {
    let profile = try MeaningTests.profile(
      """
      feature m = mean(points) by account over 1h
      feature d = std(points) by account over 1h
      feature l = last(points) by account over 1h
      """
    )
    for (number, points) in [4.0, 6.0, 3e9].enumerated() {
      profile.record(MeaningTests.record(number, minute: 0, points: points).span)
    }
    #expect(profile.vector[0] == 5)
    #expect(profile.vector[1] == Float(2.0.squareRoot()))
    #expect(profile.vector[2] == 3e9)
  }

  @Test func `a decayed sum over nothing is 0, whatever faded before`() throws {
    let profile = try MeaningTests.profile(
      """
      feature n = decayed_count(7m) by account over 1h where channel = web
      feature s = decayed_sum(amount, 7m) by account over 1h where channel = web
      feature none = decayed_count(7m) by account over 1h where channel = web = 0
      """
    )
    for number in 0..<40 {
      let record = MeaningTests.record(number, minute: Int64(number), amount: 333)
      profile.record(record.span)
    }
    for number in 40..<200 {
      let minute = 110 + Int64(number)
      profile.record(MeaningTests.record(number, minute: minute, channel: "shop").span)
      #expect(profile.vector == [0, 0, 1], "transaction \(number)")
    }
  }

  @Test func `a decayed sum of zeros is 0, whatever faded before`() throws {
    let profile = try MeaningTests.profile(
      """
      feature money = decayed_sum(amount, 7m) by account over 1h
      feature number = decayed_sum(points, 7m) by account over 1h where channel = web
      """
    )
    for number in 0..<40 {
      let record = MeaningTests.record(
        number,
        minute: Int64(number),
        amount: 333,
        points: number % 3 == 0 ? 2e9 : -0.7
      )
      profile.record(record.span)
    }
    #expect(profile.vector[0] > 1 && profile.vector[1] < 0)
    // No number, none that is summed, one that is rounded to nothing, and nothing.
    let points: [Double?] = [nil, 2e9, 4e-7, 0]
    for number in 40..<200 {
      let record = MeaningTests.record(
        number,
        minute: 110 + Int64(number),
        amount: 0,
        points: points[number % 4]
      )
      profile.record(record.span)
      #expect(profile.vector == [0, 0], "transaction \(number)")
    }
  }

  @Test func `a robust score does not learn from a number too large to be summed`() throws {
    let profile = try MeaningTests.profile("feature z = robust_zscore(points) by account over 1h")
    let learnt = [10.0, 12, 11, 13, 12]
    for (number, points) in ([3e9, -2e12] + learnt).enumerated() {
      profile.record(MeaningTests.record(number, minute: 0, points: points).span)
      #expect(profile.vector[0].isNaN)
    }
    profile.record(MeaningTests.record(8, minute: 1, points: 4e9).span)
    #expect(profile.vector[0] > 1e9)
    profile.record(MeaningTests.record(9, minute: 1, points: 14).span)
    let wanted = (14 - learnt.reduce(0, +) / 5) / Oracle.deviation(learnt)
    #expect((Double(profile.vector[0]) - wanted).magnitude < 1e-5)
  }

  @Test(arguments: [
    ["feature a = channel = web", "feature web = amount", "feature b = channel = web"],
    ["feature web = amount", "feature a = channel = web"],
    ["feature a = count() by account over 1h where channel != web", "feature web = amount"],
  ])
  func `a word that a feature has is no text, before its line as after it`(lines: [String]) throws {
    let text = lines.joined(separator: "\n")
    let error = #expect(throws: LanguageError.self) { try MeaningTests.profile(text) }
    #expect(error?.message == "'web' is a feature, not a text")
    // In double quotes it is one.
    let quoted = text.replacing("= web", with: "= \"web\"")
    let profile = try MeaningTests.profile(quoted)
    profile.record(MeaningTests.record(0, minute: 0).span)
    #expect(profile.vector.first(where: { $0 == 1 }) != nil || lines.count == 2)
  }

  @Test func `learning leaves the state that deciding leaves`() throws {
    let text = """
      feature x = count() by account over 5h where ((count() by account over 3h where fraud) = 0)
      """
    let decided = try MeaningTests.profile(text)
    let learnt = try MeaningTests.profile(text)
    for (profile, evaluate) in [(decided, true), (learnt, false)] {
      let first = MeaningTests.record(0, minute: 0)
      profile.record(first.span, evaluate: evaluate)
      profile.record(MeaningTests.record(1, minute: 60).span, evaluate: evaluate)
      let landed = TransactionRecord.time(first.span).microseconds
      profile.label(first.span, fraud: true, landed: landed)
      // Late: at its time the fraud was not known.
      profile.record(MeaningTests.record(2, minute: 30).span, evaluate: evaluate)
      profile.record(MeaningTests.record(3, minute: 61).span)
    }
    #expect(decided.vector == learnt.vector)
    #expect(decided.stateDigest() == learnt.stateDigest())
  }

  @Test func `a score is no condition`() throws {
    let text = """
      feature z = robust_zscore(amount) by account over 9h
      feature n = count() by account over 1h where (robust_zscore(amount) by account over 9h)
      """
    #expect(throws: LanguageError.self) { try MeaningTests.profile(text) }
  }

  @Test func `an expression's normal form is that expression`() throws {
    for text in ["(amount > 5) = (amount > 3)", "not (not (amount > 5) = (amount > 3))"] {
      let expression = try Parser.expression(text)
      #expect(try Parser.expression(expression.description).description == expression.description)
    }
  }

  @Test func `an expression of ever longer parentheses is refused`() throws {
    var text = "amount"
    for _ in 0..<60 { text = "(" + text + String(repeating: "+amount", count: 600) + ")" }
    #expect(throws: LanguageError.self) {
      try MeaningTests.profile("feature x = \(text)")
    }
  }
}
