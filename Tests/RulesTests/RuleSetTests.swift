import Features
import Language
import Payments
import Rules
import Testing

struct RuleSetTests {
  static let source = Source(
    id: 1,
    name: "test",
    dialect: .native,
    currency: Currency(code: "EUR", scale: 2)
  )

  /// The rules' verdict on the last of some payments of one account, a minute apart.
  static func judge(
    _ rules: String,
    features: String = "",
    amounts: [Int64],
    channel: String = "online"
  ) throws -> (judgement: Judgement, reasons: [Reason]) {
    let (program, set) = try RuleSet.compile(features: features, rules: rules, for: source)
    let profile = Profile(program: program, source: source, reserve: 1 << 22)
    var judgement = set.judge(profile)
    var reasons: [Reason] = []
    for (number, amount) in amounts.enumerated() {
      var builder = TransactionBuilder(source: 1, schema: source.schema)
      builder.time = Timestamp(microseconds: 1_600_000_000_000_000 + Int64(number) * 60_000_000)
      builder.amount = Money(minorUnits: amount)
      builder.set(text: Schema.Text.id, "t\(number)")
      builder.set(text: Schema.Text.account, "a")
      builder.set(text: Schema.Text.channel, channel)
      var record: [UInt8] = []
      builder.finish(into: &record)
      profile.record(record.span)
      judgement = set.judge(profile)
      var bytes = [UInt8](repeating: 0, count: DecisionRecord.headerSize)
      let count = set.appendHits(profile, scoreLines: true, to: &bytes)
      bytes.store(little: UInt16(count), at: 56)
      reasons = set.reasons(for: DecisionRecord.hits(bytes.span))
    }
    return (judgement, reasons)
  }

  @Test func `the most severe rule wins, and approval lifts only the score`() throws {
    let rules = """
      rule a: when amount > 1 then challenge
      rule b: when amount > 2 then decline
      rule c: when amount > 3 then approve
      """
    let both = try RuleSetTests.judge(rules, amounts: [400]).judgement
    #expect(both.ruleOutcome == .decline && both.vouched)
    let first = try RuleSetTests.judge(rules, amounts: [150]).judgement
    #expect(first.ruleOutcome == .challenge && !first.vouched)
    let none = try RuleSetTests.judge(rules, amounts: [50]).judgement
    #expect(none.ruleOutcome == nil && none.points == nil)
  }

  @Test func `points of the lines that hold add up`() throws {
    let rules = """
      score base: when amount >= 0 add -5
      score large: when amount > 10 add 2.5
      score pos: when channel = pos add 100
      """
    #expect(try RuleSetTests.judge(rules, amounts: [2000]).judgement.points == -2.5)
  }

  @Test func `a reason shows the rule's text with its values`() throws {
    let rules = "rule burst: when count() by account over 10m >= 3 and amount > 1 then review"
    let reasons = try RuleSetTests.judge(rules, amounts: [500, 500, 1250]).reasons
    #expect(reasons.count == 1)
    #expect(
      reasons.first?.text
        == "count() by account over 10m >= 3 and amount > 1:"
        + " count() by account over 10m = 3, amount = 12.50"
    )
    #expect(reasons.first?.outcome == .review)
  }

  @Test func `a reason of its own has its placeholders filled`() throws {
    let rules = """
      rule usual: when amount > 2 * mean(amount) by account over 1d before this then challenge
        because "{amount} against {usual_mean} before {usual_count}"
      """
    let reasons = try RuleSetTests.judge(
      rules,
      features: """
        feature usual_count = count() by account over 1d before this
        feature usual_mean = mean(amount) by account over 1d before this
        """,
      amounts: [1000, 1000, 9900]
    ).reasons
    #expect(reasons.first?.text == "99 against 10 before 2")
  }

  @Test func `a comparison with something missing is false`() throws {
    let rules = """
      rule never: when mean(amount) by account over 1h before this < 1000000 then decline
      rule neither: when not (mean(amount) by account over 1h before this >= 0) then review
      """
    let first = try RuleSetTests.judge(rules, amounts: [100]).judgement
    #expect(first.ruleOutcome == .review)
    let second = try RuleSetTests.judge(rules, amounts: [100, 100]).judgement
    #expect(second.ruleOutcome == .decline)
  }

  @Test(arguments: [
    ("rule r: when amount then review", "a condition is expected after 'when'"),
    ("rule r: when amount > 1 then block", "'block' is not an outcome"),
    ("rule r: when amont > 1 then review", "unknown name 'amont' (did you mean 'amount'?)"),
    ("rule r: when channel > 1 then review", "'channel' is a text field"),
    ("rule r: when channel = 5 then review", "a text is compared with a text"),
    ("rule r: when amount = \"x\" then review", "a text stands only beside a text field"),
    ("rule r: when amount and amount > 1 then review", "a condition is expected, this is a number"),
    ("rule r: when foo(1) > 1 then review", "unknown function 'foo'"),
    ("rule r: when min(1) > 1 then review", "min takes 2 arguments, 1 given"),
    ("rule r: when hour(1) > 1 then review", "hour takes 0 arguments, 1 given"),
    ("rule r: when count(amount) by account over 1d > 1 then review", "count takes no argument"),
    ("rule r: when sum() by account over 1d > 1 then review", "sum takes a money or number field"),
    (
      "rule r: when sum(channel) by account over 1d > 1 then review",
      "is not a money or number field"
    ),
    ("rule r: when count() by amount over 1d > 1 then review", "'amount' is not an entity"),
    ("rule r: when count() by acount over 1d > 1 then review", "'acount' is not an entity"),
    (
      "rule r: when count() by (account, account) over 1d > 1 then review",
      "'account' stands twice in the entity"
    ),
    (
      "rule r: when count() by account over 1d where (not fraud) > 1 then review",
      "'not fraud' is not kept"
    ),
    ("rule r: when amount > 1 then review because \"{x\"", "a placeholder is not closed"),
    ("rule r: when amount > 1 then review because \"{+}\"", "in the reason's '{+}'"),
    ("rule r: when amount > 1 then review because \"{channel}\"", "'channel' is a text field"),
    ("score s: when amount > 1 add 1000", "points lie between -100 and 100"),
    ("feature f = 1", "a rule file holds rules and scores only"),
    ("rule r: when amount > 1 then review rule r: when amount > 2 then review", "defined twice"),
  ])
  func `mistakes in rules are named`(rules: String, message: String) {
    do {
      _ = try RuleSet.compile(features: "", rules: rules, for: RuleSetTests.source)
      Issue.record("no error for \(rules)")
    } catch {
      #expect(error.description.contains(message), "\(error)")
    }
  }

  @Test(arguments: [
    ("feature amount = 1", "'amount' is the name of a field"),
    ("feature f = channel", "'channel' is a text field"),
    ("feature f = g + 1", "unknown name 'g'"),
    ("feature f = 1 feature f = 2", "'f' is defined twice"),
    ("rule r: when amount > 1 then review", "a feature set holds features only"),
    ("feature f = not amount", "a condition is expected, this is a number"),
  ])
  func `mistakes in features are named`(features: String, message: String) {
    do {
      _ = try RuleSet.compile(features: features, rules: "", for: RuleSetTests.source)
      Issue.record("no error for \(features)")
    } catch {
      #expect(error.description.contains(message), "\(error)")
    }
  }
}
