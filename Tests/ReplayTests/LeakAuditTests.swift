import Foundation
import Shell
import Testing

/// No feature of card payments knows what comes later.
struct LeakAuditTests {
  static let isSoak = ProcessInfo.processInfo.environment["ASSAY_SOAK"] != nil
  static let names = ["card", "card-handbook"] + (isSoak ? ["native"] : [])
  static let seeds: ClosedRange<UInt64> = isSoak ? 1...8 : 1...1
  static let days = isSoak ? 120 : 40
  static let accounts = isSoak ? 300 : 20
  static let instants = isSoak ? 12 : 3

  static func text(_ name: String) throws -> String { try #require(BuiltIn.features[name]) }

  @Test(arguments: names, seeds)
  func `another future leaves every vector before it as it was`(
    name: String,
    seed: UInt64
  ) throws {
    let audit = try LeakAudit(
      features: LeakAuditTests.text(name),
      days: LeakAuditTests.days,
      accounts: LeakAuditTests.accounts,
      seed: seed
    )
    let finding = try audit.run(instants: LeakAuditTests.instants, seed: seed)
    #expect(finding.changed.isEmpty, "seed \(seed), of \(finding.vectors): \(finding.changed)")
    #expect(finding.vectors > finding.rows, "seed \(seed)")
    #expect(finding.changedLater > 0, "seed \(seed): the future was not rewritten")
  }

  /// The audit's own proof: labels that are known at once and used at once are found.
  @Test func `features that use labels before they are known are found`() throws {
    let hasty = try LeakAuditTests.text("card").replacingOccurrences(of: " delayed 7d", with: "")
    let audit = try LeakAudit(features: hasty, days: 40, accounts: 20, seed: 1, maturity: 0)
    let finding = try audit.run(instants: 1, seed: 1)
    for name in ["merchant_risk_7d", "category_risk_30d"] {
      #expect(finding.changed[name] ?? 0 > 0, "\(name) is not found in \(finding.changed)")
    }
    let others = finding.changed.keys.filter { !$0.contains("risk") && !$0.contains("fraud") }
    #expect(others.isEmpty, "only features of labels may change, not \(others)")
  }
}
