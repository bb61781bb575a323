import Journal
import Payments
import TestSupport
import Testing

/// A log whose segments were made under other settings goes on, and can be read.
struct SegmentSizeTests {
  @Test(arguments: [(16, 64), (64, 16), (16, 16)])
  func `a segment keeps the size it was made with`(_ first: Int, _ second: Int) throws {
    let disk = SimulatedDisk()
    var written: UInt64 = 0
    for size in [first, second, first] {
      let log = try Recovery.run(on: disk, newLog: 1) { _, _, _ in }
      #expect(log.nextSequence == written + 1)
      let writer = try JournalWriter(disk: disk, after: log, segmentSize: size << 10)
      for _ in 0..<30 {
        var batch = Batch()
        try writer.reserve(4096)
        let body = [UInt8](repeating: 7, count: 3000)
        batch.append(
          .label,
          sequence: writer.takeSequence(),
          receivedAt: 5,
          semanticsVersion: 1
        ) { $0 += body }
        try writer.commit(&batch)
        written += 1
      }
    }
    var read: UInt64 = 0
    _ = try Recovery.run(on: disk, newLog: 1) { _, _, _ in read += 1 }
    #expect(read == written)
  }

  @Test func `an ordinary crash is no loss`() throws {
    let disk = SimulatedDisk()
    let log = try Recovery.run(on: disk, newLog: 1) { _, _, _ in }
    let writer = try JournalWriter(disk: disk, after: log, segmentSize: 16 << 10)
    var end = writer.end
    for number in 0..<3 {
      var batch = Batch()
      try writer.reserve(4096)
      batch.append(
        .label,
        sequence: writer.takeSequence(),
        receivedAt: 5,
        semanticsVersion: 1
      ) { $0 += [1, 2, 3] }
      try writer.commit(&batch)
      if number == 1 { end = writer.end }
    }
    // The last batch is torn, and the next segment never got its head.
    disk.damage(Segment.name(Position(bytes: 0)), at: Int(end.bytes) + 60)
    let known = LogKnowledge(witnesses: [LogWitness("a follower", end: end, nextSequence: 3)])
    #expect(try LossPlan(on: disk, known, newLog: 1).isEmpty)
    let more = LogKnowledge(
      witnesses: [LogWitness("a follower", end: writer.end, nextSequence: 4)]
    )
    #expect(try LossPlan(on: disk, more, newLog: 1).loss?.first == 3)
    try disk.create(Segment.name(Position(bytes: 16 << 10)), size: 16 << 10)
    #expect(try !LossPlan(on: disk, more, newLog: 1).isEmpty)
  }
}
