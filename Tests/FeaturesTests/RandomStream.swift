@testable import Features
import Language
import Payments
import TestSupport

/// Random transactions, activities, labels, dispositions and outcomes, fed to a profile and to the
/// oracle alike.
struct RandomStream {
  static let hour: Int64 = 3_600_000_000

  var random: SeededGenerator
  var profile: Profile
  var oracle: Oracle
  var watermark = Int64.min
  /// Whether times only go forwards.
  var isInOrder = false
  /// The clock's unit, µs: the less, the more events a window holds.
  var pace: Int64 = 60_000_000
  private var builder: TransactionBuilder
  private var records: [Int: [UInt8]] = [:]
  private var clock: Int64 = 1_600_000_000_000_000
  let source: Source
  let program: FeatureProgram

  static func makeSource() -> Source {
    var source = Source(
      id: 1,
      name: "test",
      dialect: .native,
      currency: Currency(code: "EUR", scale: 2)
    )
    source.lateBound = 4 * hour
    source.maturity = 2 * hour
    source.schema = Schema(
      texts: ["category"],
      numbers: [
        Field("fee", .money), Field("points", .number), Field("latitude", .number),
        Field("longitude", .number),
      ]
    )
    return source
  }

  init(seed: UInt64, _ text: String, ringLog: Int = 20) throws {
    source = RandomStream.makeSource()
    random = SeededGenerator(seed: seed)
    program = try ProgramCompiler.compile(Parser.parse(text), for: source)
    profile = Profile(
      program: program,
      source: source,
      entitiesMax: 1_000_000,
      ringLog: ringLog,
      reserve: 1 << 24
    )
    builder = TransactionBuilder(source: 1, schema: source.schema)
    oracle = Oracle(maturity: source.maturity)
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }

  /// Lets time pass without events.
  mutating func pause(_ span: Int64) { clock += span }

  /// A time: mostly near the clock, some late, some equal, few too late; and where it lands.
  private mutating func nextTime() -> (time: Int64, landed: Int64) {
    if below(4) > 0 { clock += Int64(below(41)) * pace }
    var time = clock
    if !isInOrder {
      switch below(20) {
      case 0..<4: time -= Int64(below(231)) * 60_000_000
      case 4: time -= Int64(240 + below(361)) * 60_000_000
      default: break
      }
    }
    let tooLate = watermark != .min && time < watermark - source.lateBound
    let landed = tooLate ? watermark : time
    watermark = max(watermark, landed)
    return (time, landed)
  }

  /// Passes one random event of each sort that it draws; the transaction as the oracle knows it.
  mutating func step() -> Oracle.Event {
    if below(6) == 0 { recordActivity() }
    let event = recordTransaction()
    return event
  }

  /// What follows a transaction once its values were compared.
  mutating func settle(_ event: Oracle.Event) {
    guard let record = records[event.id] else { return }
    let outcomes: [Outcome] = [.approve, .approve, .approve, .review, .decline]
    let outcome = outcomes[below(5)]
    profile.settle(outcome, record.span)
    oracle[event.id].outcome = outcome
    if below(3) == 0 { label() }
    if below(8) == 0 { refund() }
    // Windows reach 15 hours back, from up to 4 hours ago.
    oracle.forget(before: watermark - 24 * RandomStream.hour)
  }

  private mutating func recordTransaction() -> Oracle.Event {
    let (time, landed) = nextTime()
    builder.reset()
    builder.time = Timestamp(microseconds: time)
    // Few different amounts, so that some are equal.
    let scale = below(8) == 0 ? 50 : 1
    builder.amount = Money(minorUnits: Int64(below(200) * 37 * scale))
    var event = Oracle.Event(
      id: oracle.nextId,
      landed: landed,
      account: "A\(below(6))",
      counterparty: below(3) == 0 ? "A\(below(6))" : "T\(below(4))",
      device: below(5) == 0 ? "" : "D\(below(5))",
      channel: below(2) == 0 ? "online" : "pos",
      amount: builder.amount.minorUnits
    )
    if below(3) > 0 { event.fee = Int64(below(500)) }
    if below(3) > 0 { event.points = Double(below(4000)) / 8 - 100 }
    if below(3) > 0 { event.place = (Double(below(170)) - 85, Double(below(350)) - 175) }
    builder.set(text: Schema.Text.id, "tx\(event.id)")
    builder.set(text: Schema.Text.account, event.account)
    builder.set(text: Schema.Text.counterparty, event.counterparty)
    builder.set(text: Schema.Text.device, event.device)
    builder.set(text: Schema.Text.channel, event.channel)
    if let fee = event.fee { builder.set(number: 0, Money(minorUnits: fee)) }
    if let points = event.points { builder.set(number: 1, points) }
    if let place = event.place {
      builder.set(number: 2, place.latitude)
      builder.set(number: 3, place.longitude)
    }
    var bytes: [UInt8] = []
    builder.finish(into: &bytes)
    records[event.id] = bytes
    profile.record(bytes.span)
    oracle.events.append(event)
    event.isLarge = AggregateCase.isLarge(oracle, event)
    let score = AggregateCase.robust(oracle, event)
    event.isInlier = !(score.magnitude > 3)
    oracle[event.id] = event
    return event
  }

  private mutating func recordActivity() {
    let (time, landed) = nextTime()
    let kind = ActivityKind.allCases[below(ActivityKind.allCases.count)]
    let activity = Activity(
      source: 1,
      kind: kind,
      succeeded: below(2) == 0,
      time: Timestamp(microseconds: time),
      account: "A\(below(6))",
      device: below(5) == 0 ? "" : "D\(below(5))"
    )
    profile.record(activity)
    var event = Oracle.Event(
      id: oracle.nextId,
      landed: landed,
      account: activity.account,
      counterparty: "",
      device: activity.device,
      channel: "",
      amount: 0
    )
    event.activity = (kind, activity.succeeded)
    oracle.events.append(event)
  }

  /// One of the last transactions.
  private mutating func recent() -> (id: Int, record: [UInt8])? {
    let id = oracle.nextId - 1 - below(min(60, oracle.events.count))
    return records[id].map { (id, $0) }
  }

  /// Labels, or relabels, a random earlier transaction.
  private mutating func label() {
    guard let (id, record) = recent() else { return }
    let fraud = below(2) == 0
    profile.label(record.span, fraud: fraud, landed: oracle[id].landed)
    oracle[id].labels.append((watermark, fraud))
  }

  private mutating func refund() {
    guard let (id, record) = recent() else { return }
    profile.dispose(record.span, .refunded, landed: oracle[id].landed)
    oracle[id].refunds.append(watermark)
  }

  /// Goes on with a profile that was restored from a snapshot of this one.
  mutating func restart() throws {
    var bytes: [UInt8] = []
    profile.encode(into: &bytes)
    let restored = Profile(
      program: program,
      source: source,
      limits: profile.limits,
      seed: random.next(),
      reserve: 1 << 24,
      continuing: nil
    )
    var reader = ByteReader(bytes)
    try restored.restore(from: &reader)
    guard reader.atEnd, restored.stateDigest() == profile.stateDigest() else {
      throw DecodingFailure("the restored state is another", at: reader.offset)
    }
    var again: [UInt8] = []
    restored.encode(into: &again)
    guard again == bytes else {
      throw DecodingFailure("the restored state has another snapshot", at: 0)
    }
    profile = restored
  }
}
