import Payments

/// Appends batches to the log: one write and one sync each.
///
/// After a failed write or sync the writer refuses all further work: the process must end, so that
/// memory never runs ahead of what can be recovered, and no bytes of unknown fate lie between
/// others.
package final class JournalWriter {
  private let disk: any JournalDisk
  private let log: UInt64
  private let segmentSize: Int
  private var segment: String
  private var segmentBase: Position
  /// Of the segment that is written: one that was made under another setting keeps its own.
  private var currentSize: Int
  /// Where the next batch goes.
  package private(set) var end: Position
  /// Everything before it is durable.
  package private(set) var synced: Position
  package private(set) var nextSequence: UInt64
  /// The first sequence number that no commit has covered.
  private var uncommitted: UInt64
  private var hasFailed = false
  package private(set) var syncs = 0

  /// Continues a recovered log.
  package init(
    disk: any JournalDisk,
    after recovered: Recovery.Log,
    segmentSize: Int = Segment.sizeDefault
  ) throws(JournalError) {
    self.disk = disk
    self.segmentSize = segmentSize
    log = recovered.log
    nextSequence = recovered.nextSequence
    uncommitted = recovered.nextSequence
    if let last = recovered.segments.last {
      segmentBase = last.base
      segment = Segment.name(last.base)
      currentSize = last.size
      end = recovered.end
    } else {
      segmentBase = Position(bytes: 0)
      segment = Segment.name(segmentBase)
      end = Position(bytes: UInt64(Segment.headSize))
      currentSize = segmentSize
      try JournalWriter.create(segment, segmentBase, segmentSize, log, on: disk)
    }
    synced = end
  }

  private static func create(
    _ name: String,
    _ base: Position,
    _ size: Int,
    _ log: UInt64,
    on disk: any JournalDisk
  ) throws(JournalError) {
    try disk.create(name, size: size)
    try disk.write(name, at: 0, Segment.head(base: base, log: log))
    try disk.sync(name)
  }

  /// The sequence number of the next entry; calling it uses the number up.
  package func takeSequence() -> UInt64 {
    defer { nextSequence += 1 }
    return nextSequence
  }

  /// Makes room for a batch of up to `size` bytes.
  ///
  /// It fails with `noSpace` before anything was written; it may be asked again. A batch that has
  /// taken sequence numbers stays in its segment, for its entries' positions are known already:
  /// where that has no room it fails with `limit`, and the batch must be committed first.
  package func reserve(_ size: Int) throws(JournalError) {
    guard size <= Batch.bytesMax, size + Segment.headSize <= segmentSize else {
      throw JournalError(.limit, "a batch of \(size) bytes does not fit a segment")
    }
    try checkWorking()
    let used = Int(end.bytes - segmentBase.bytes)
    if used + size <= currentSize { return }
    guard nextSequence == uncommitted else {
      throw JournalError(.limit, "a batch under way does not move to another segment")
    }
    let base = Position(bytes: segmentBase.bytes + UInt64(currentSize))
    let name = Segment.name(base)
    do {
      try JournalWriter.create(name, base, segmentSize, log, on: disk)
    } catch {
      hasFailed = error.code != .noSpace
      throw error
    }
    segment = name
    segmentBase = base
    currentSize = segmentSize
    end = Position(bytes: base.bytes + UInt64(Segment.headSize))
    synced = end
  }

  private func checkWorking() throws(JournalError) {
    if hasFailed { throw JournalError(.inputOutput, "a write or sync failed before") }
  }

  /// Writes and syncs a batch for which `reserve` made room; returns the batch's position.
  ///
  /// When it returns, the batch is durable.
  @discardableResult
  package func commit(_ batch: inout Batch) throws(JournalError) -> Position {
    try checkWorking()
    let position = end
    batch.seal(at: position, synced: synced)
    hasFailed = true
    try disk.write(segment, at: Int(position.bytes - segmentBase.bytes), batch.bytes)
    try disk.sync(segment)
    hasFailed = false
    syncs += 1
    uncommitted = nextSequence
    end = Position(bytes: position.bytes + UInt64(batch.bytes.count))
    synced = end
    return position
  }
}
