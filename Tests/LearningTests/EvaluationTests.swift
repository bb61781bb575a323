import Foundation
import Learning
import Testing

@Suite struct EvaluationTests {
  struct Expected: Decodable {
    let areaUnderCurve: Double
    let averagePrecision: Double
    let cardPrecision: [String: Double]
  }

  struct Columns {
    var days: [Int32] = []
    var cards: [Int32] = []
    var frauds: [UInt8] = []
    var scores: [Float] = []
  }

  private func fixture(_ name: String) throws -> Data {
    let url = try #require(
      Bundle.module.url(forResource: "Fixtures", withExtension: nil)
    )
    return try Data(contentsOf: url.appendingPathComponent(name))
  }

  private func columns() throws -> Columns {
    var columns = Columns()
    let text = String(decoding: try fixture("metrics.csv"), as: UTF8.self)
    for line in text.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",")
      columns.days.append(try #require(Int32(fields[0])))
      columns.cards.append(try #require(Int32(fields[1])))
      columns.frauds.append(try #require(UInt8(fields[2])))
      columns.scores.append(try #require(Float(fields[3])))
    }
    return columns
  }

  @Test func `metrics are those of scikit-learn and the handbook, ties included`() throws {
    let expected = try JSONDecoder().decode(Expected.self, from: fixture("metrics.json"))
    let rows = try columns()
    let area = try #require(
      RankingMetrics.areaUnderCurve(scores: rows.scores, frauds: rows.frauds)
    )
    let precision = try #require(
      RankingMetrics.averagePrecision(scores: rows.scores, frauds: rows.frauds)
    )
    #expect(abs(area - expected.areaUnderCurve) < 1e-12)
    #expect(abs(precision - expected.averagePrecision) < 1e-12)
    for (text, value) in expected.cardPrecision {
      let k = try #require(Int(text))
      let found = try #require(
        RankingMetrics.cardPrecision(
          top: k,
          days: rows.days,
          cards: rows.cards,
          scores: rows.scores,
          frauds: rows.frauds
        )
      )
      #expect(abs(found - value) < 1e-12)
    }
  }

  @Test func `a measure that needs a missing class is nil`() {
    #expect(RankingMetrics.areaUnderCurve(scores: [1, 2], frauds: [1, 1]) == nil)
    #expect(RankingMetrics.averagePrecision(scores: [1, 2], frauds: [0, 0]) == nil)
    #expect(
      RankingMetrics.cardPrecision(top: 100, days: [], cards: [], scores: [], frauds: []) == nil
    )
  }

  @Test func `a card caught on one day is left out on the next`() {
    let value = RankingMetrics.cardPrecision(
      top: 1,
      days: [1, 2, 2],
      cards: [7, 7, 8],
      scores: [0.9, 0.9, 0.1],
      frauds: [1, 1, 1]
    )
    #expect(value == 1)
  }

  @Test func `a fold trains a week, waits a week and tests a week`() {
    let days = (0..<40).map { Int32($0) }
    let cards = days
    let split = PrequentialSplit(
      startDay: 10,
      days: days,
      cards: cards,
      frauds: [UInt8](repeating: 0, count: 40)
    )
    #expect(split.train == Array(10...16))
    #expect(split.test == Array(24...30))
  }

  @Test(
    arguments: [
      (9, 24, true), (10, 24, false), (16, 24, false), (17, 24, true), (17, 25, false),
      (18, 25, true), (22, 29, true), (22, 30, false), (23, 30, true), (24, 30, true),
    ] as [(Int32, Int32, Bool)]
  )
  func `a defrauded card is tested only while its fraud is not yet known`(
    fraudDay: Int32,
    testDay: Int32,
    isTested: Bool
  ) {
    let split = PrequentialSplit(
      startDay: 10,
      days: [fraudDay, testDay],
      cards: [1, 1],
      frauds: [1, 0]
    )
    #expect(split.test.contains(1) == isTested)
  }
}
