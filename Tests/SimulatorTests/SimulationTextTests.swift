import Payments
import Testing

@testable import Simulator

/// What is written is what was simulated, label after payment.
struct SimulationTextTests {
  static let start = Timestamp(year: 2018, month: 4, day: 1, hour: 13)

  static func feed(seed: UInt64) -> [SimulatedEvent] {
    var feed = SimulationFeed(CardSimulation(days: 20, accounts: 400, seed: seed, start: start))
    var events: [SimulatedEvent] = []
    while let event = feed.next() { events.append(event) }
    return events
  }

  @Test func `a payment has its line in the handbook's columns and in JSON`() {
    let payment = SimulatedTransaction(
      id: 12,
      time: Timestamp(year: 2018, month: 4, day: 1, second: 31),
      account: 596,
      counterparty: 3156,
      amountMinorUnits: 5706,
      isOnline: false,
      fraud: true,
      campaign: "terminal-1",
      knownAfterMicroseconds: 86_400_000_000
    )
    #expect(
      CardSimulation.csvHeader
        == "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD"
    )
    #expect(CardSimulation.csvLine(payment) == "12,2018-04-01 00:00:31,596,3156,57.06,1")
    var bytes: [UInt8] = []
    SimulatedEvent.transaction(payment).appendJSONLine(to: &bytes)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == #"{"transaction_id":"12","time":"2018-04-01T00:00:31Z","account":"596","#
        + #""counterparty":"3156","amount":57.06,"channel":"pos"}"# + "\n"
    )
    let known = Timestamp(year: 2018, month: 4, day: 2, second: 31)
    bytes = []
    SimulatedEvent.label(SimulatedLabel(transaction: payment, fraud: true, knownAt: known))
      .appendJSONLine(to: &bytes)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == #"{"label":"fraud","transaction_id":"12","known_at":"2018-04-02T00:00:31Z"}"# + "\n"
    )
  }

  @Test(arguments: [(5, "0.05"), (10, "0.10"), (99, "0.99"), (100, "1.00"), (123_456, "1234.56")])
  func `amounts have two places`(minor: Int64, text: String) {
    let payment = SimulatedTransaction(
      id: 0,
      time: SimulationTextTests.start,
      account: 0,
      counterparty: 0,
      amountMinorUnits: minor,
      isOnline: true,
      fraud: false
    )
    #expect(CardSimulation.csvLine(payment) == "0,2018-04-01 13:00:00,0,0,\(text),0")
  }

  @Test func `the same seed gives the same bytes, on every machine`() {
    func bytes(_ seed: UInt64) -> [UInt8] {
      var bytes: [UInt8] = []
      for event in SimulationTextTests.feed(seed: seed) { event.appendJSONLine(to: &bytes) }
      return bytes
    }
    let first = bytes(5)
    #expect(first == bytes(5))
    #expect(first != bytes(6))
    // FNV-1a, of the bytes that this version of the population gives.
    let hash = first.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    #expect(hash == 10_799_373_410_190_132_252)
  }

  @Test func `labels follow their frauds in time order, and a few never come`() {
    var events: [SimulatedEvent] = []
    for seed in 1...5 as ClosedRange<UInt64> {
      let feed = SimulationTextTests.feed(seed: seed)
      #expect(zip(feed, feed.dropFirst()).allSatisfy { $0.time <= $1.time })
      events += feed
    }
    var frauds = 0
    var delays: [Int64] = []
    for event in events {
      switch event {
      case .transaction(let payment): frauds += payment.fraud ? 1 : 0
      case .label(let label):
        #expect(label.fraud && label.transaction.fraud)
        delays.append(label.knownAt.microseconds - label.transaction.time.microseconds)
      }
    }
    delays.sort()
    #expect(delays.count < frauds && delays.count * 100 > frauds * 94)
    let median = Double(delays[delays.count / 2]) / Double(Timestamp.microsecondsPerDay)
    #expect((2.0...4.0).contains(median), "\(median)")
    #expect(delays[0] >= 0)
  }
}
