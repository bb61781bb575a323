import Foundation
import Intake
import Payments
import Testing

@testable import Simulator

/// What is simulated is near to what it is meant to be, seed by seed, and no column gives it away.
struct SimulationAuditTests {
  static func audit(_ dialect: Dialect, seed: UInt64) -> SimulationAudit {
    SimulationAudit(
      AccountSimulationTests.simulation(dialect, days: 30, accounts: 1000, seed: seed),
      AccountSimulationTests.text(dialect)
    )
  }

  @Test(arguments: AccountSimulationTests.dialects)
  func `kinds, amounts and fraud are as wanted, and no single column gives fraud away`(
    dialect: Dialect
  ) throws {
    var ceilings: [Double] = []
    for seed in [1, 2, 3] as [UInt64] {
      let audit = SimulationAuditTests.audit(dialect, seed: seed)
      for kind in audit.kinds where kind.wantedShare > 0.02 {
        #expect(abs(kind.share - kind.wantedShare) < 0.03, "\(kind) of seed \(seed)")
        #expect((0.75...1.35).contains(kind.meanUnits / kind.wantedMeanUnits), "\(kind)")
      }
      #expect((0.002...0.018).contains(audit.fraudShare), "\(audit.fraudShare) of seed \(seed)")
      for column in audit.columns {
        #expect(column.areaUnderCurve < SimulationAudit.columnQualityMax, "\(column)")
      }
      let (ceiling, delayed) = try #require(audit.oracle.qualities())
      #expect(ceiling.averagePrecision >= delayed.averagePrecision)
      #expect((0.75...1).contains(ceiling.averagePrecision))
      #expect((0.2...0.95).contains(delayed.averagePrecision), "\(delayed)")
      ceilings.append(ceiling.averagePrecision)
    }
    #expect((ceilings.max() ?? 0) - (ceilings.min() ?? 0) < 0.2)
  }

  static let real =
    "/work/shared/data/paysim_real_aggregatedTransactions.csv.gz"

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: real), "the real aggregates are absent")
  )
  func `paysim's types have the shares and mean amounts of the real logs`() throws {
    var reader = try CSVReader(path: SimulationAuditTests.real)
    var counts: [String: Double] = [:]
    var sums: [String: Double] = [:]
    while try reader.advance() {
      func cell(_ name: String) throws -> String {
        let index = try #require(reader.header.firstIndex(of: name))
        return String(decoding: reader.buffer[reader.fields[index]], as: UTF8.self)
      }
      counts[try cell("action"), default: 0] += try #require(Double(try cell("count")))
      sums[try cell("action"), default: 0] += try #require(Double(try cell("sum")))
    }
    let all = counts.values.reduce(0, +)
    let audit = SimulationAuditTests.audit(.paysim, seed: 1)
    #expect(Set(audit.kinds.map(\.word)) == Set(counts.keys))
    for kind in audit.kinds {
      let count = try #require(counts[kind.word])
      let mean = try #require(sums[kind.word]) / count
      #expect(abs(kind.share - count / all) < 0.02, "\(kind)")
      #expect(abs(kind.wantedMeanUnits / mean - 1) < 0.01, "\(kind)")
      #expect((0.75...1.35).contains(kind.meanUnits / mean), "\(kind), real mean \(mean)")
    }
  }

  @Test func `ranking counts ties as one step`() throws {
    let perfect = try #require(Ranking.quality([3, 2, 1], [true, false, false]))
    #expect(perfect == (1, 1))
    let alike = try #require(Ranking.quality([1, 1, 1, 1], [true, false, false, true]))
    #expect(alike == (0.5, 0.5))
    let mixed = try #require(Ranking.quality([4, 3, 2, 1], [false, true, false, true]))
    #expect(mixed == (0.25, 0.5))
    #expect(Ranking.quality([1, 2], [true, true]) == nil)
  }

  @Test func `an oracle that cannot know anything ranks by chance, one that knows ranks all`() {
    func payment(_ id: Int, fraud: Bool, state: Float, campaign: Int32) -> SimulatedPayment {
      var payment = AccountSimulationTests.payments(AccountSimulationTests.native)[0]
      payment.id = id
      payment.fraud = fraud
      payment.reported = fraud
      payment.knownAfterMicroseconds = fraud ? 1 : nil
      payment.hint = SimulatedHint(campaign: campaign, state: state, cell: 0)
      payment.time = Timestamp(microseconds: Int64(id) * 1_000_000)
      return payment
    }
    var oracle = Oracle()
    // Campaign 1 is known from its first label on: the second of its frauds is.
    oracle.add(payment(0, fraud: true, state: 1, campaign: 1))
    for id in 1..<99 { oracle.add(payment(id, fraud: false, state: 0, campaign: 0)) }
    oracle.add(payment(99, fraud: true, state: 1, campaign: 1))
    let qualities = oracle.qualities()
    #expect(qualities?.ceiling.averagePrecision == 1)
    #expect(qualities?.underDelay.averagePrecision == 0.5 + 0.5 * 0.02)
  }
}
