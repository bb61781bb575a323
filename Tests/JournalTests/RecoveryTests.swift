import Journal
import Testing
import TestSupport

struct RecoveryTests {
  /// A disk with `batches` batches of one entry each, and each batch's offset.
  static func written(batches: Int) throws -> (SimulatedDisk, [Position]) {
    let disk = SimulatedDisk()
    let log = try Recovery.run(on: disk, newLog: 1) { _, _, _ in }
    let writer = try JournalWriter(disk: disk, after: log, segmentSize: 64 << 10)
    var batch = Batch()
    var positions: [Position] = []
    for index in 0..<batches {
      batch.reset()
      try writer.reserve(Batch.headerSize + EntryHeader.size + 104)
      batch.append(
        .label,
        sequence: writer.takeSequence(),
        receivedAt: Int64(index),
        semanticsVersion: 1
      ) { $0.append(contentsOf: [UInt8](repeating: 9, count: 100)) }
      positions.append(try writer.commit(&batch))
    }
    return (disk, positions)
  }

  @Test func `entries come back with their sequence, time, kind and body`() throws {
    let (disk, _) = try RecoveryTests.written(batches: 3)
    var seen: [EntryHeader] = []
    let log = try Recovery.run(on: disk, newLog: 1) { header, body, _ in
      seen.append(header)
      #expect(body.count == 100 && body[99] == 9)
    }
    #expect(seen.map(\.sequence) == [1, 2, 3])
    #expect(seen.map(\.receivedAt) == [0, 1, 2])
    #expect(log.nextSequence == 4 && log.cutBytes == 0)
  }

  @Test func `a batch under way stays in its segment`() throws {
    let disk = SimulatedDisk()
    let log = try Recovery.run(on: disk, newLog: 1) { _, _, _ in }
    let writer = try JournalWriter(disk: disk, after: log, segmentSize: 4 << 10)
    var batch = Batch()
    func append() {
      batch.append(.label, sequence: writer.takeSequence(), receivedAt: 0, semanticsVersion: 1) {
        $0.append(contentsOf: [UInt8](repeating: 9, count: 900))
      }
    }
    append()
    try writer.commit(&batch)
    batch.reset()
    append()
    let end = writer.end
    #expect(throws: JournalError.self) { try writer.reserve(3500) }
    #expect(writer.end == end)
    try writer.commit(&batch)
    try writer.reserve(3500)
    #expect(writer.end.bytes == 4096 + UInt64(Segment.headSize))
  }

  @Test func `a writer that failed once refuses all work`() throws {
    let disk = SimulatedDisk()
    let log = try Recovery.run(on: disk, newLog: 1) { _, _, _ in }
    let writer = try JournalWriter(disk: disk, after: log, segmentSize: 4 << 10)
    // The batch is written, its sync fails.
    disk.operationsLeft = 1
    var batch = Batch()
    try writer.reserve(3000)
    batch.append(.label, sequence: writer.takeSequence(), receivedAt: 0, semanticsVersion: 1) {
      $0.append(contentsOf: [UInt8](repeating: 9, count: 2900))
    }
    #expect(throws: JournalError.self) { try writer.commit(&batch) }
    disk.operationsLeft = nil
    #expect(throws: JournalError.self) { try writer.commit(&batch) }
    #expect(throws: JournalError.self) { try writer.reserve(100) }
  }

  @Test(arguments: [0, 20, 39, 40, 60, 100])
  func `damage before data that was synced later is corruption, with the offset`(
    offset: Int
  ) throws {
    let (disk, positions) = try RecoveryTests.written(batches: 3)
    disk.damage(Segment.name(Position(bytes: 0)), at: Int(positions[1].bytes) + offset)
    do {
      _ = try Recovery.run(on: disk, newLog: 1) { _, _, _ in }
      Issue.record("damage at byte \(offset) of a batch was not seen")
    } catch {
      #expect(error.code == .corrupt)
      #expect(error.description.contains("\(positions[1].bytes)"))
    }
  }

  @Test(arguments: [0, 8, 16, 32, 35])
  func `a damaged head before batches is corruption, and nothing is removed`(
    offset: Int
  ) throws {
    let (disk, _) = try RecoveryTests.written(batches: 1)
    let name = Segment.name(Position(bytes: 0))
    disk.damage(name, at: offset)
    do {
      _ = try Recovery.run(on: disk, newLog: 1) { _, _, _ in }
      Issue.record("damage at byte \(offset) of the head was not seen")
    } catch {
      #expect(error.code == .corrupt && error.description.contains("head is damaged"))
    }
    #expect(try disk.list() == [name])
  }

  @Test func `a last segment that never got its head is made anew`() throws {
    let disk = SimulatedDisk()
    try disk.create(Segment.name(Position(bytes: 0)), size: 64 << 10)
    let log = try Recovery.run(on: disk, newLog: 1) { _, _, _ in }
    #expect(log.segments.isEmpty && log.nextSequence == 1)
    #expect(try disk.list().isEmpty)
  }

  @Test(arguments: [0, 20, 39, 40, 60, 100])
  func `damage in the last batch is a torn tail and is cut`(offset: Int) throws {
    let (disk, positions) = try RecoveryTests.written(batches: 3)
    disk.damage(Segment.name(Position(bytes: 0)), at: Int(positions[2].bytes) + offset)
    let log = try Recovery.run(on: disk, newLog: 1) { _, _, _ in }
    #expect(log.nextSequence == 3 && log.end == positions[2] && log.cutBytes > 0)
    let again = try Recovery.run(on: disk, newLog: 1) { _, _, _ in }
    #expect(again.cutBytes == 0 && again.end == positions[2])
  }

  @Test func `a full disk refuses the next segment and goes on when space returns`() throws {
    let disk = SimulatedDisk()
    disk.capacity = 16 << 10
    let log = try Recovery.run(on: disk, newLog: 1) { _, _, _ in }
    let writer = try JournalWriter(disk: disk, after: log, segmentSize: 16 << 10)
    var batch = Batch()
    var committed = 0
    func commitOne() throws(JournalError) {
      try writer.reserve(Batch.headerSize + EntryHeader.size + 3000)
      batch.reset()
      batch.append(
        .label,
        sequence: writer.takeSequence(),
        receivedAt: 0,
        semanticsVersion: 1
      ) { $0.append(contentsOf: [UInt8](repeating: 1, count: 3000)) }
      try writer.commit(&batch)
      committed += 1
    }
    for _ in 0..<5 { try commitOne() }
    let refusal = #expect(throws: JournalError.self) { try commitOne() }
    #expect(refusal?.code == .noSpace)
    disk.capacity = nil
    try commitOne()
    var count = 0
    _ = try Recovery.run(on: disk, newLog: 1) { _, _, _ in count += 1 }
    #expect(count == committed && committed == 6)
  }

  @Test func `the table and the hardware agree on every checksum`() {
    var random = SeededGenerator(seed: 4)
    #expect(CRC32C.of(Array("123456789".utf8).span) == 0xE306_9283)
    // Three stretches of 4096 bytes are taken at once.
    for length in Array(0..<200) + [12_287, 12_288, 12_289, 24_576, 40_005] {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(CRC32C.of(bytes.span) == CRC32C.update(0, bytes.span, hardware: false))
      let begun = UInt32.random(in: 0...UInt32.max, using: &random)
      #expect(
        CRC32C.update(begun, bytes.span) == CRC32C.update(begun, bytes.span, hardware: false)
      )
    }
  }
}
