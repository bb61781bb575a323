@testable import Features
import Payments
import Testing

/// Labels of one transaction that flip again and again.
struct RepeatedLabelTests {
  static let program = """
    feature frauds = count() by account over 10h where fraud
    feature rate = fraud_rate() by account over 10h
    """

  private func flip(_ profile: Profile, _ record: [UInt8], times: Int, lastly fraud: Bool) {
    let landed = TransactionRecord.time(record.span).microseconds
    for number in (0..<times).reversed() {
      profile.label(record.span, fraud: (number % 2 == 0) == fraud, landed: landed)
    }
  }

  @Test func `flips while no time passes take no memory`() throws {
    let profile = try MeaningTests.profile(RepeatedLabelTests.program)
    let records = (0..<20).map { MeaningTests.record($0, minute: 0) }
    for record in records { profile.record(record.span) }
    for _ in 0..<200 {
      for record in records { flip(profile, record, times: 3, lastly: false) }
      for record in records { flip(profile, record, times: 3, lastly: true) }
    }
    #expect(profile.recentFacts.count <= 2 * records.count)
    // What docs/language.md says of those that cannot join.
    #expect(MemoryLayout<FactChange>.stride == 56)
    profile.record(MeaningTests.record(20, minute: 1).span)
    #expect(profile.vector[0] == 20)
  }

  @Test func `what no window counts takes no memory, however often it is said`() throws {
    let profile = try MeaningTests.profile(
      """
      feature a = count() by account over 10h where (fraud and channel = shop)
      feature b = count() by account over 10h where (disposition = refunded and channel = shop)
      feature c = count() by counterparty over 10h where disposition = reversed
      """
    )
    let record = MeaningTests.record(0, minute: 0)
    profile.record(record.span)
    let landed = TransactionRecord.time(record.span).microseconds
    for _ in 0..<100 {
      profile.label(record.span, fraud: true, landed: landed)
      profile.dispose(record.span, .refunded, landed: landed)
      profile.dispose(record.span, .challengePassed, landed: landed)
    }
    #expect(profile.recentFacts.isEmpty)
    for _ in 0..<100 { profile.dispose(record.span, .reversed, landed: landed) }
    #expect(profile.recentFacts.count == 1)
    profile.record(MeaningTests.record(1, minute: 1).span)
    #expect(profile.vector == [0, 0, 1])
  }

  @Test func `a late transaction sees the label that was known at its time`() throws {
    let profile = try MeaningTests.profile(RepeatedLabelTests.program)
    let first = MeaningTests.record(0, minute: 0)
    profile.record(first.span)
    // At minute 10 n the label has changed n times, as often more as makes no difference.
    for number in 1...9 {
      profile.record(MeaningTests.record(number, minute: Int64(number) * 10).span)
      flip(profile, first, times: 5 + 2 * (number % 3), lastly: number % 2 == 1)
    }
    for number in 1...8 {
      let minute = Int64(number) * 10 + 5
      profile.record(MeaningTests.record(100 + number, minute: minute).span)
      #expect(profile.vector == (number % 2 == 1 ? [1, 1] : [0, 0]), "minute \(minute)")
    }
  }

  @Test(arguments: [.min, .max, 0] as [Int64])
  func `a label of a time at which nothing landed changes nothing`(landed: Int64) throws {
    let profile = try MeaningTests.profile(RepeatedLabelTests.program)
    let record = MeaningTests.record(0, minute: 0)
    profile.record(record.span)
    profile.label(record.span, fraud: true, landed: landed)
    profile.dispose(record.span, .refunded, landed: landed)
    #expect(profile.recentFacts.isEmpty)
    profile.record(MeaningTests.record(1, minute: 1).span)
    #expect(profile.vector[0] == 0)
  }
}
