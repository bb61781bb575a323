import Journal
import Payments
import Pipeline
import Storage
import TestSupport
import Testing

struct RetentionTests {
  /// Segments of 100 bytes, a day apart.
  private let parts = (0..<6).map {
    Retention.Part(base: UInt64($0) * 100, size: 100, receivedAt: Int64($0) * Source.day)
  }

  private func start(
    days: Int64? = nil,
    bytes: UInt64? = nil,
    floors: [UInt64] = []
  ) -> UInt64 {
    Retention.start(
      of: parts,
      RetentionPolicy(microseconds: days.map { $0 * Source.day }, bytes: bytes),
      now: 5 * Source.day,
      floors: floors
    )
  }

  @Test func `by age a segment goes when its newest entry can be no younger`() {
    #expect(start(days: 10) == 0)
    #expect(start(days: 3) == 100)
    #expect(start(days: 2) == 200)
    #expect(start(days: 0) == 400)
  }

  @Test func `by bytes the oldest go until the rest fits, but never the last`() {
    #expect(start(bytes: 600) == 0)
    #expect(start(bytes: 599) == 100)
    #expect(start(bytes: 250) == 400)
    #expect(start(bytes: 1) == 500)
    #expect(start(days: 4, bytes: 300) == 300)
    #expect(start() == 0)
  }

  @Test func `no segment goes that reaches past what is needed`() {
    #expect(start(bytes: 1, floors: [350, 1000]) == 300)
    #expect(start(bytes: 1, floors: [300]) == 300)
    #expect(start(bytes: 1, floors: [99]) == 0)
    #expect(Retention.start(of: [], RetentionPolicy(bytes: 1), now: 0, floors: []) == 0)
  }

  @Test func `the newest two snapshots stay, and the one that the log's start needs`() {
    func kept(_ places: [UInt64], _ start: UInt64) -> [UInt64] {
      Retention.keptSnapshots(of: places.map { Position(bytes: $0) }, logStart: start).map(\.bytes)
    }
    #expect(kept([900, 700, 500, 300], 0) == [900, 700])
    #expect(kept([900, 700, 500, 364], 300) == [900, 700, 364])
    // Killed while segments before 364 were removed: the log starts between two anchors.
    #expect(kept([900, 700, 364, 64], 200) == [900, 700, 364])
    #expect(kept([900, 700], 800) == [900, 700])
    #expect(kept([], 5) == [])
  }

  @Test func `the index of ids says from where on the log is needed`() {
    var index = IdentityIndex()
    #expect(index.floor == .max)
    let week = 7 * Source.day
    for (number, time) in [0, week, week + 1, 2 * week, 2 * week + 2].enumerated() {
      index.insert(UInt64(number) + 1, Position(bytes: UInt64(number) * 10), receivedAt: time)
    }
    // The first generation ended at a week and a bit; two are kept.
    #expect(index.floor == 20)
    var bytes: [UInt8] = []
    index.encode(into: &bytes)
    var reader = ByteReader(bytes)
    let restored = try? IdentityIndex(from: &reader)  // Nil fails the comparison.
    #expect(restored?.floor == 20)
  }

  /// A log of segments that each hold a few entries.
  private func makeLog(_ disk: SimulatedDisk, batches: Int = 12) throws -> JournalWriter {
    let log = try Recovery.run(on: disk, newLog: 7) { _, _, _ in }
    let writer = try JournalWriter(disk: disk, after: log, segmentSize: 4096)
    for number in 0..<batches {
      var batch = Batch()
      try writer.reserve(1300)
      batch.append(
        .closed,
        sequence: writer.takeSequence(),
        receivedAt: Int64(number),
        semanticsVersion: 1
      ) { $0.append(contentsOf: [UInt8](repeating: 1, count: 1200)) }
      try writer.commit(&batch)
    }
    return writer
  }

  @Test func `a log whose start was removed is read from a place it holds, or not at all`() throws {
    let disk = SimulatedDisk()
    _ = try makeLog(disk)
    let parts = try Retention.parts(of: disk)
    #expect(parts.count == 4)
    #expect(parts.map(\.receivedAt) == [0, 3, 6, 9])
    #expect(try Retention.remove(before: parts[2].base, on: disk) == 2)
    var sequences: [UInt64] = []
    func read(_ from: Position?, _ sequence: UInt64, repair: Bool) throws {
      _ = try Recovery.run(
        on: disk,
        from: from,
        startSequence: sequence,
        newLog: 0,
        repair: repair
      ) { header, _, _ in sequences.append(header.sequence) }
    }
    for from in [nil, Position(bytes: 64), Position(bytes: parts[1].base + 64)] {
      let error = #expect(throws: JournalError.self) { try read(from, 1, repair: true) }
      #expect(error?.code == .corrupt)
    }
    #expect(sequences.isEmpty)
    try read(Retention.firstBatch(parts[2].base), 7, repair: true)
    #expect(sequences == [7, 8, 9, 10, 11, 12])
  }

  private func status(_ core: CoreThread) -> NodeStatus.Projection? {
    core.status.projections.first
  }

  @Test func `a projection that missed a part of the log is detached, and made again`() throws {
    let disk = SimulatedDisk()
    let writer = try makeLog(disk)
    let core = CoreThread(committed: writer.synced)
    let store = MemoryStore()
    let projector = Projector(core: core, disk: disk, store: store) { _ in }
    #expect(try projector.step())
    let behind = store.cursor().position
    #expect(status(core)?.cursor == behind)
    let parts = try Retention.parts(of: disk)
    _ = try Retention.remove(before: parts[2].base, on: disk)
    #expect(try !projector.step())
    #expect(core.status.isDetached(Projector.name))
    #expect(store.cursor().position == behind)

    projector.rebuild()
    while try projector.step() {}
    #expect(!core.status.isDetached(Projector.name))
    #expect(store.cursor() == StoreCursor(position: writer.synced.bytes, sequence: 13))
  }

  @Test func `a new projection starts where the log does, a detached one waits`() throws {
    let disk = SimulatedDisk()
    let writer = try makeLog(disk)
    let parts = try Retention.parts(of: disk)
    _ = try Retention.remove(before: parts[1].base, on: disk)
    let core = CoreThread(committed: writer.synced)
    let store = MemoryStore()
    let projector = Projector(core: core, disk: disk, store: store) { _ in }
    core.status.detach(Projector.name)
    #expect(try !projector.step())
    #expect(store.cursor().position == 0)
    projector.rebuild()
    while try projector.step() {}
    #expect(store.cursor().sequence == 13)
  }
}
