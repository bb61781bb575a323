import Foundation
import Testing

/// The sequencer and the engine on a disk that loses power: what was answered stays, bit for bit.
struct SimulationTests {
  static let cutsPerSeed = 4
  /// 1 000 power cuts, or 10 000 in `make soak`.
  static let seeds = ProcessInfo.processInfo.environment["ASSAY_SOAK"] == "1" ? 2500 : 250
  static let shares = 2

  @Test(arguments: 0..<shares)
  func `nothing answered is lost, doubled or changed by a power cut`(_ share: Int) {
    var snapshots = 0
    var duplicates = 0
    var segments = 0
    for seed in stride(from: share, to: SimulationTests.seeds, by: SimulationTests.shares) {
      let node = PowerCuts(seed: UInt64(seed))
      let problems = node.run(cuts: SimulationTests.cutsPerSeed)
      #expect(problems.isEmpty, "seed \(seed): \(problems.prefix(3))")
      snapshots += node.snapshotsUsed
      duplicates += node.duplicates
      segments += node.segments
    }
    // The simulation did reach what it is there for.
    #expect(snapshots > SimulationTests.seeds / 4)
    #expect(duplicates > SimulationTests.seeds)
    #expect(segments > SimulationTests.seeds)
  }

  @Test(arguments: 0..<shares)
  func `a power cut while segments are removed leaves a log that starts`(_ share: Int) {
    var removed = 0
    // Twice the cuts, for the log must grow before something goes, and half the seeds.
    for seed in stride(from: share, to: SimulationTests.seeds / 2, by: SimulationTests.shares) {
      let node = PowerCuts(seed: UInt64(seed), retains: true)
      let problems = node.run(cuts: 2 * SimulationTests.cutsPerSeed)
      #expect(problems.isEmpty, "seed \(seed): \(problems.prefix(3))")
      removed += node.removedSegments
    }
    #expect(removed > SimulationTests.seeds / 4)
  }

  @Test func `a disk that does not sync loses answers, and this simulation sees it`() {
    let seen = (0..<UInt64(50)).count { seed in
      !PowerCuts(seed: seed, ignoresSync: true).run(cuts: SimulationTests.cutsPerSeed).isEmpty
    }
    #expect(seen > 25)
  }
}
