import Foundation
import Testing

/// A log that is shorter than what is known of it is refused, or nothing of it is missing.
struct LostFilesTests {
  /// 1 000 damages, or 10 000 in `make soak`.
  static let seeds = ProcessInfo.processInfo.environment["ASSAY_SOAK"] == "1" ? 1112 : 112

  @Test(arguments: LostFiles.Damage.allCases)
  func `no file of a log is lost without a word`(_ damage: LostFiles.Damage) {
    var refused = 0
    var lost = 0
    for seed in 0..<LostFilesTests.seeds {
      var node = LostFiles(seed: UInt64(seed))
      let problems = node.run(damage)
      #expect(problems.isEmpty, "seed \(seed): \(problems.prefix(3))")
      refused += node.wasRefused ? 1 : 0
      lost += node.lost
    }
    #expect(refused > LostFilesTests.seeds / 20)
    if damage != .firstLost, damage != .flip { #expect(lost > 0) }
  }

  @Test func `a start that asks no witness loses entries, and this simulation sees it`() {
    let seen = (0..<20).count { seed in
      var node = LostFiles(seed: UInt64(seed))
      node.ignoresKnowledge = true
      return !node.run(.lastSegmentLost).isEmpty
    }
    #expect(seen > 10)
  }
}
