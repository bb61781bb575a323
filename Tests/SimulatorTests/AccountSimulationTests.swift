import Foundation
import Intake
import Payments
import Testing

@testable import Simulator

/// Populations of all dialects look like payments, and give nothing away.
struct AccountSimulationTests {
  static let dialects = Dialect.allCases.filter { $0 != .sparkov }
  static let start = Timestamp(year: 2026, month: 1, day: 1)

  static func simulation(
    _ dialect: Dialect,
    days: Int = 20,
    accounts: Int = 300,
    seed: UInt64 = 5,
    noise: LabelNoise = LabelNoise()
  ) -> AccountSimulation {
    AccountSimulation(
      dialect,
      days: days,
      accounts: accounts,
      seed: seed,
      start: start,
      noise: noise
    )
  }

  static func events(_ simulation: AccountSimulation) -> [AccountEvent] {
    var simulation = simulation
    var events: [AccountEvent] = []
    while let event = simulation.next() { events.append(event) }
    return events
  }

  static func payments(_ events: [AccountEvent]) -> [SimulatedPayment] {
    events.compactMap { if case .payment(let payment) = $0 { payment } else { nil } }
  }

  static func text(_ dialect: Dialect) -> PaymentText {
    PaymentText(dialect, seed: 5, start: start)
  }

  static let native = events(simulation(.native, days: 40, accounts: 1000))

  @Test(arguments: dialects)
  func `the same seed gives the same events, another seed others`(dialect: Dialect) {
    let first = AccountSimulationTests.events(AccountSimulationTests.simulation(dialect, days: 6))
    let again = AccountSimulationTests.events(AccountSimulationTests.simulation(dialect, days: 6))
    #expect(first == again)
    let other = AccountSimulationTests.simulation(dialect, days: 6, seed: 6)
    #expect(first != AccountSimulationTests.events(other))
    // A longer run begins with the shorter one.
    let longer = AccountSimulationTests.events(AccountSimulationTests.simulation(dialect, days: 9))
    #expect(longer.starts(with: first))
  }

  /// What a run of another machine or another compiler must write too.
  @Test(arguments: zip(dialects, golden))
  func `what is written does not change`(dialect: Dialect, golden: UInt64) {
    let simulation = AccountSimulationTests.simulation(dialect, days: 3, accounts: 100)
    let text = AccountSimulationTests.text(dialect)
    var bytes = Array(text.header.utf8)
    for event in AccountSimulationTests.events(simulation) {
      switch event {
      case .payment(let payment): text.appendLine(payment, to: &bytes)
      case .activity(let activity): text.appendLine(activity, to: &bytes)
      }
    }
    #expect(Fingerprint.of(bytes, in: bytes.indices) == golden)
  }

  static let golden: [UInt64] = [
    2_942_639_404_865_091_058, 12_156_758_150_660_473_291, 2_497_469_656_959_540_326,
    1_093_810_306_510_399_139,
    18_200_970_994_723_875_463, 8_991_590_901_130_880_469, 6_623_076_791_607_389_000,
  ]

  @Test(arguments: dialects)
  func `times ascend, ids count, amounts are above zero`(dialect: Dialect) {
    let events = AccountSimulationTests.events(AccountSimulationTests.simulation(dialect))
    #expect(zip(events, events.dropFirst()).allSatisfy { $0.time <= $1.time })
    let payments = AccountSimulationTests.payments(events)
    #expect(payments.map(\.id) == Array(payments.indices))
    #expect(payments.allSatisfy { $0.amountMinorUnits > 0 })
    let days = Set(payments.map { $0.time.day - AccountSimulationTests.start.day })
    #expect(days == Set(0..<20))
    #expect(payments.allSatisfy { $0.fraud == ($0.campaign != nil) })
  }

  @Test(arguments: dialects)
  func `files and requests are read back as they were meant`(dialect: Dialect) throws {
    let simulation = AccountSimulationTests.simulation(dialect, days: 3, accounts: 100)
    let payments = AccountSimulationTests.payments(AccountSimulationTests.events(simulation))
    let text = AccountSimulationTests.text(dialect)
    let source = Source(
      id: 1,
      name: dialect.word,
      dialect: dialect,
      currency: Currency(code: "EUR", scale: dialect == .crypto ? 8 : 2)
    )
    let path = NSTemporaryDirectory() + "simulated-" + UUID().uuidString + ".csv.gz"
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
    let sink = try ByteSink(path: path)
    try sink.write { $0.append(contentsOf: Array((text.header + "\n").utf8)) }
    for payment in payments { try sink.write { text.appendLine(payment, to: &$0) } }
    try sink.close()
    var reader = try TableReader(path: path, source: source) { _ in "token" }
    var record: [UInt8] = []
    for payment in payments {
      let row = try #require(try reader.next(into: &record))
      let amount = TransactionRecord.amount(record.span).minorUnits
      #expect(amount == payment.amountMinorUnits)
      #expect(row.label == payment.reported.map { $0 ? .fraud : .legitimate })
      if dialect != .paysim, dialect != .anonymised { #expect(row.time == payment.time) }
      if dialect == .crypto {
        let checks = (2...3).map { Double(bitPattern: TransactionRecord.bits($0, record.span)) }
        #expect(checks == [1, 1])
      }
      if dialect == .payment {
        let checks = Double(bitPattern: TransactionRecord.bits(0, record.span))
        #expect(checks == 1)
      }
      record = []
    }
    #expect(try reader.next(into: &record) == nil)
  }

  @Test(arguments: dialects)
  func `labels are missing, wrong and late as asked`(dialect: Dialect) {
    var noise = LabelNoise()
    (noise.missing, noise.wrong, noise.delayDaysMedian) = (0.3, 0.2, 10)
    let simulation = AccountSimulationTests.simulation(
      dialect,
      days: 60,
      accounts: 600,
      noise: noise
    )
    let payments = AccountSimulationTests.payments(AccountSimulationTests.events(simulation))
    let frauds = payments.filter(\.fraud)
    let missing = Double(frauds.count { $0.reported == nil }) / Double(frauds.count)
    let wrong = Double(frauds.count { $0.reported == false }) / Double(frauds.count)
    #expect((0.2...0.4).contains(missing), "\(missing)")
    #expect((0.08...0.22).contains(wrong), "\(wrong)")
    let honest = payments.filter { !$0.fraud }
    let blamed = Double(honest.count { $0.reported == true }) / Double(honest.count)
    #expect((0.001...0.003).contains(blamed), "\(blamed)")
    let delays = payments.compactMap(\.knownAfterMicroseconds).sorted()
    let median = Double(delays[delays.count / 2]) / Double(Timestamp.microsecondsPerDay)
    #expect((7...14).contains(median), "\(median)")
  }

  @Test func `labels come when they are known, activities and payments when they happen`() {
    var feed = AccountFeed(AccountSimulationTests.simulation(.native, days: 40, accounts: 400))
    var last = Timestamp(microseconds: 0)
    var labels = 0
    var isOver = false
    while let event = feed.next() {
      let time: Timestamp
      switch event {
      case .payment(let payment): time = payment.time
      case .activity(let activity): time = activity.time
      case .label(let label):
        labels += 1
        time = label.knownAt
        #expect(label.payment.time <= label.knownAt)
        isOver = isOver || time.day >= AccountSimulationTests.start.day + 40
      }
      #expect(last <= time)
      last = time
    }
    #expect(labels > 30 && isOver)
  }

  @Test func `a takeover is a thief's device, logins, and payments to new parties`() {
    let events = AccountSimulationTests.native
    let payments = AccountSimulationTests.payments(events)
    let takeovers = Dictionary(grouping: payments.filter { $0.campaign?.hasPrefix("take") == true })
    {
      $0.campaign ?? ""
    }
    #expect(takeovers.count > 5)
    for (name, frauds) in takeovers {
      #expect(Set(frauds.map(\.account)).count == 1, "\(name)")
      #expect(Set(frauds.map(\.device)).count == 1 && frauds[0].device < 0, "\(name)")
      let devices = events.contains {
        guard case .activity(let activity) = $0 else { return false }
        return activity.kind == .newDevice && activity.device == frauds[0].device
          && activity.time < frauds[0].time
      }
      #expect(devices, "\(name)")
    }
    // Honest accounts have new devices, new payees and new passwords too.
    for kind in ActivityKind.allCases {
      let honest = events.count {
        if case .activity(let activity) = $0 {
          activity.kind == kind && activity.device >= 0
        } else {
          false
        }
      }
      #expect(honest > 20, "\(kind)")
    }
  }

  @Test func `testing tries many accounts at one shop, mules pass money on`() {
    let payments = AccountSimulationTests.payments(AccountSimulationTests.native)
    let campaigns = Dictionary(grouping: payments.filter(\.fraud)) { $0.campaign ?? "" }
    let testing = campaigns.filter { $0.key.hasPrefix("testing") }
    #expect(!testing.isEmpty)
    for frauds in testing.values {
      #expect(Set(frauds.map(\.counterparty)).count == 1)
      #expect(Set(frauds.map(\.account)).count >= 3)
    }
    let chains = campaigns.values.filter { $0[0].campaign?.hasPrefix("mule") == true }
    #expect(chains.count > 5)
    for chain in chains {
      for (from, to) in zip(chain, chain.dropFirst()) {
        #expect(from.counterparty == .person(to.account) && from.time <= to.time)
      }
    }
  }
}
