import Features
import Foundation
import Language
import Payments
import TestSupport
import Testing

/// Live windows against the oracle on random streams: late, equal and too late times, labels that
/// come early, late and corrected, declines, filters, pairs.
struct WindowOracleTests {
  /// Ten times as many in the soak.
  static let seeds: ClosedRange<UInt64> =
    ProcessInfo.processInfo.environment["ASSAY_SOAK"] == nil ? 1...8 : 1...80

  static let program = """
    feature c1 = count() by account over 1h
    feature c2 = count() by account over 3h before this
    feature s1 = sum(amount) by account over 2h where channel = online
    feature m1 = mean(amount) by account over 5h
    feature m2 = mean(amount) by account over 1h before this
    feature r0 = fraud_rate() by counterparty over 6h
    feature r1 = fraud_rate() by counterparty over 6h delayed 1h
    feature r2 = fraud_rate() by counterparty over 8h delayed 3h where channel = online
    feature r3 = fraud_rate() by counterparty over 30m
    feature p1 = count() by (account, counterparty) over 12h
    feature d1 = count() by counterparty over 1h delayed 2h
    """

  static func expected(_ oracle: Oracle, _ event: Oracle.Event) -> [Double] {
    typealias W = Oracle.Window
    let h: Int64 = 3_600_000_000
    let account: (Oracle.Event) -> String = { $0.account }
    let terminal: (Oracle.Event) -> String = { $0.counterparty }
    let pair: (Oracle.Event) -> String = { $0.account + "|" + $0.counterparty }
    return [
      oracle.count(event, W(length: h, delay: 0), by: account),
      oracle.count(event, W(length: 3 * h, delay: 0, beforeThis: true), by: account),
      oracle.sum(event, W(length: 2 * h, delay: 0, onlineOnly: true), by: account),
      oracle.mean(event, W(length: 5 * h, delay: 0), by: account),
      oracle.mean(event, W(length: h, delay: 0, beforeThis: true), by: account),
      oracle.fraudRate(event, W(length: 6 * h, delay: 0), by: terminal),
      oracle.fraudRate(event, W(length: 6 * h, delay: h), by: terminal),
      oracle.fraudRate(event, W(length: 8 * h, delay: 3 * h, onlineOnly: true), by: terminal),
      oracle.fraudRate(event, W(length: h / 2, delay: 0), by: terminal),
      oracle.count(event, W(length: 12 * h, delay: 0), by: pair),
      oracle.count(event, W(length: h, delay: 2 * h), by: terminal),
    ]
  }

  struct Stream {
    var random: SeededGenerator
    var profile: Profile
    var builder: TransactionBuilder
    var oracle: Oracle
    var records: [[UInt8]] = []
    var clock: Int64 = 1_600_000_000_000_000
    var watermark = Int64.min
    let source: Source

    init(seed: UInt64) throws {
      var source = Source(
        id: 1,
        name: "test",
        dialect: .native,
        currency: Currency(code: "EUR", scale: 2)
      )
      source.lateBound = 4 * 3_600_000_000
      source.maturity = 2 * 3_600_000_000
      self.source = source
      random = SeededGenerator(seed: seed)
      let program = try ProgramCompiler.compile(
        Parser.parse(WindowOracleTests.program),
        for: source
      )
      profile = Profile(program: program, source: source, seed: seed, reserve: 1 << 26)
      builder = TransactionBuilder(source: 1, schema: source.schema)
      oracle = Oracle(maturity: source.maturity)
    }

    /// One random transaction; returns what the windows and what the oracle say.
    mutating func step() -> (live: [Float], wanted: [Double]) {
      if Int.random(in: 0..<4, using: &random) > 0 {
        clock += Int64.random(in: 0...40, using: &random) * 60_000_000
      }
      var time = clock
      switch Int.random(in: 0..<20, using: &random) {
      case 0..<4: time -= Int64.random(in: 0...230, using: &random) * 60_000_000
      case 4: time -= Int64.random(in: 240...600, using: &random) * 60_000_000
      default: break
      }
      builder.reset()
      builder.time = Timestamp(microseconds: time)
      builder.amount = Money(minorUnits: Int64.random(in: 0...100_000, using: &random))
      var event = Oracle.Event(
        id: records.count,
        landed: 0,
        account: "A\(Int.random(in: 0..<6, using: &random))",
        counterparty: "T\(Int.random(in: 0..<4, using: &random))",
        channel: Bool.random(using: &random) ? "online" : "pos",
        amount: builder.amount.minorUnits
      )
      builder.set(text: Schema.Text.id, "tx\(event.id)")
      builder.set(text: Schema.Text.account, event.account)
      builder.set(text: Schema.Text.counterparty, event.counterparty)
      builder.set(text: Schema.Text.channel, event.channel)
      var bytes: [UInt8] = []
      builder.finish(into: &bytes)
      records.append(bytes)
      profile.record(bytes.span)
      let tooLate = watermark != .min && time < watermark - source.lateBound
      event.landed = tooLate ? watermark : time
      watermark = max(watermark, event.landed)
      #expect(profile.wasTooLate == tooLate && profile.landed == event.landed)
      oracle.events.append(event)
      let wanted = WindowOracleTests.expected(oracle, event)
      let live = profile.vector
      if Int.random(in: 0..<10, using: &random) == 0 {
        profile.markDeclined()
        oracle.events[event.id].declined = true
      }
      if Int.random(in: 0..<3, using: &random) == 0 { label() }
      return (live, wanted)
    }

    /// Labels, or relabels, a random earlier transaction.
    mutating func label() {
      let oldest = max(0, records.count - 60)
      let id = Int.random(in: oldest..<records.count, using: &random)
      let fraud = Bool.random(using: &random)
      let record = records[id]
      profile.label(record.span, fraud: fraud, landed: oracle.events[id].landed)
      oracle.events[id].labels.append((watermark, fraud))
    }
  }

  @Test(arguments: WindowOracleTests.seeds)
  func `windows agree with the oracle, whatever the order of events and labels`(
    seed: UInt64
  ) throws {
    var stream = try Stream(seed: seed)
    for step in 0..<1500 {
      let (live, wanted) = stream.step()
      for (index, value) in wanted.enumerated() {
        let name = stream.profile.program.features[index].name
        let same = live[index] == Float(value) || (live[index].isNaN && value.isNaN)
        #expect(same, "seed \(seed) step \(step) \(name): \(live[index]), wanted \(value)")
        if !same { return }
      }
    }
  }
}
