import Foundation
import Journal
import Testing
import TestSupport

/// What a writer was told is durable must come back after any power cut, once and in order.
struct CrashTests {
  /// Three power cuts each.
  static let seeds: UInt64 =
    ProcessInfo.processInfo.environment["ASSAY_SOAK"] == "1" ? 10_000 : 1000

  struct Outcome: Equatable {
    var acknowledged: Int
    var recovered: Int
  }

  /// Writes random batches until the power is cut, recovers, goes on, three times over.
  static func run(seed: UInt64, ignoresSync: Bool = false) throws -> (lost: Bool, doubled: Bool) {
    var random = SeededGenerator(seed: seed)
    let disk = SimulatedDisk()
    disk.ignoresSync = ignoresSync
    var acknowledged: [UInt64] = []
    for _ in 0..<3 {
      var recovered: [UInt64] = []
      let log = try Recovery.run(on: disk, newLog: 7) { header, body, _ in
        #expect(body.count == header.bodySize)
        recovered.append(body[0] == 255 ? 0 : header.sequence)
      }
      if !recovered.starts(with: acknowledged) { return (true, false) }
      if recovered != Array(UInt64(1)..<UInt64(recovered.count) + 1) { return (false, true) }
      acknowledged = recovered
      disk.operationsLeft = Int.random(in: 0..<60, using: &random)
      do {
        let writer = try JournalWriter(disk: disk, after: log, segmentSize: 16 << 10)
        var batch = Batch()
        while true {
          batch.reset()
          try writer.reserve(4 << 10)
          var sequences: [UInt64] = []
          for _ in 0..<Int.random(in: 1...4, using: &random) {
            let sequence = writer.takeSequence()
            let size = Int.random(in: 1...900, using: &random)
            batch.append(.history, sequence: sequence, receivedAt: 5, semanticsVersion: 1) {
              $0.append(contentsOf: [UInt8](repeating: UInt8(sequence % 250), count: size))
            }
            sequences.append(sequence)
          }
          try writer.commit(&batch)
          acknowledged += sequences
        }
      } catch {
        #expect(error.code == .inputOutput)
      }
      disk.crash(using: &random)
    }
    return (false, false)
  }

  @Test func `nothing acknowledged is lost or doubled at any crash point`() throws {
    for seed in 0..<CrashTests.seeds {
      let outcome = try CrashTests.run(seed: seed)
      #expect(!outcome.lost && !outcome.doubled, "seed \(seed)")
    }
  }

  @Test func `a journal that does not sync loses entries, and this test sees it`() {
    let losses = (0..<UInt64(100)).count { seed in
      switch Result(catching: { try CrashTests.run(seed: seed, ignoresSync: true) }) {
      case .success(let outcome): outcome.lost || outcome.doubled
      case .failure: true
      }
    }
    #expect(losses > 50)
  }
}
