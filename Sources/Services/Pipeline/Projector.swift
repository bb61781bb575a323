import CLinux
import Foundation
package import Journal
package import Payments
package import Storage
import Synchronization
import Threads

/// Follows the durable part of the log into a store, at low priority.
package final class Projector: @unchecked Sendable {
  // Safety: after `start` the store and the disk belong to the projector's thread.

  /// Bytes of log that one transaction of the store takes in.
  package static let stepBytes: UInt64 = 8 << 20
  private static let pauseMilliseconds = 500
  private static let scrubPauseNanoseconds: Int64 = 60_000_000_000
  package static let name = "decisions"

  private let core: CoreThread
  private let disk: any JournalDisk
  private let store: any DecisionStore
  private let stopping = Atomic<Bool>(false)
  private let doorbell = Doorbell()
  private let finished = DispatchSemaphore(value: 0)
  private var decisions: [DecisionRow] = []
  private var labels: [LabelRow] = []
  private var erasures: [ErasureRow] = []
  /// The store's files may hold what was erased: now, or because of a crash.
  private var isToBeScrubbed = true
  private var nextScrub: Int64 = 0
  private var transaction: [UInt8] = []
  private var transactionAt = Position(bytes: 0)
  private let report: @Sendable (String) -> Void
  private var lastFailure: String?
  private let rebuilding = Atomic<Bool>(false)
  /// Where the log started when rows were last forgotten.
  private var forgotten: UInt64 = 0
  /// Where the transactions of a source have the account's balances.
  private let balanceSlots: [Int: (before: Int, after: Int)]

  package init(
    core: CoreThread,
    disk: any JournalDisk,
    store: any DecisionStore,
    sources: [Source] = [],
    report: @escaping @Sendable (String) -> Void
  ) {
    self.core = core
    self.disk = disk
    self.store = store
    self.report = report
    var slots: [Int: (before: Int, after: Int)] = [:]
    for source in sources {
      if let before = source.schema.numberSlot("old_balance"),
        let after = source.schema.numberSlot("new_balance")
      {
        slots[Int(source.id)] = (before, after)
      }
    }
    balanceSlots = slots
  }

  package func start() {
    let thread = WorkThread { [self] in
      unsafe clinux_name_thread("projector")
      clinux_nice_thread(19)
      run()
      finished.signal()
    }
    thread.start()
  }

  /// Follows the log to its durable end and stops.
  package func stop() {
    stopping.store(true, ordering: .relaxed)
    doorbell.ring()
    finished.wait()
  }

  /// Asks for a store that is made again from the log.
  package func rebuild() {
    rebuilding.store(true, ordering: .relaxed)
    doorbell.ring()
  }

  /// Asks the projector not to wait for more: somebody wants to read what was just written.
  package func hurry() { doorbell.ring() }

  private func run() {
    while true {
      let last = stopping.load(ordering: .relaxed)
      do {
        while try step() {}
        note(nil)
      } catch {
        note("\(error)")
        if last { return }
        doorbell.wait(milliseconds: 1000)
        continue
      }
      if last { return }
      doorbell.wait(milliseconds: Projector.pauseMilliseconds)
    }
  }

  /// Notes why the last step failed, if it did; says so once, however often it is tried.
  private func note(_ failure: String?) {
    defer { lastFailure = failure }
    core.status.update(Projector.name) { $0.isFailing = failure != nil }
    if let failure, failure != lastFailure {
      report("projection: \(failure); it is tried again")
    } else if failure == nil, lastFailure != nil {
      report("projection: the store is written again")
    }
  }

  /// Takes in one stretch of the log; false where there is no more that is durable.
  package func step() throws -> Bool {
    let status = core.status
    if rebuilding.load(ordering: .relaxed) {
      try store.clear()
      isToBeScrubbed = true
      rebuilding.store(false, ordering: .relaxed)
      status.update(Projector.name) { $0.isDetached = false }
    }
    let cursor = try store.cursor()
    let isErasing = isToBeScrubbed
    status.update(Projector.name) {
      $0.cursor = cursor.position
      $0.isErasing = isErasing
    }
    if status.isDetached(Projector.name) { return false }
    let durable = core.committed
    var follower = LogFollower(
      disk: disk,
      from: Position(bytes: cursor.position),
      sequence: cursor.sequence
    )
    decisions.removeAll(keepingCapacity: true)
    labels.removeAll(keepingCapacity: true)
    erasures.removeAll(keepingCapacity: true)
    let step = try follower.step(
      upTo: durable,
      bytes: Projector.stepBytes
    ) { header, body, position throws(JournalError) in
      take(header, body, position)
    }
    switch step {
    case .atEnd:
      if isToBeScrubbed { scrub() }
      return false
    case .removed:
      status.detach(Projector.name)
      report(
        "projection '\(Projector.name)' is detached: it followed the log to \(cursor.position),"
          + " which starts at \(follower.logStart.bytes) now; run 'assay projection rebuild"
          + " \(Projector.name)'"
      )
      return false
    case .read: break
    }
    if forgotten < follower.logStart.bytes {
      try store.forget(before: follower.logStart.bytes)
      forgotten = follower.logStart.bytes
    }
    let next = follower.position.bytes
    try store.apply(
      decisions,
      labels,
      erasures,
      upTo: StoreCursor(position: next, sequence: follower.sequence)
    )
    isToBeScrubbed = isToBeScrubbed || !erasures.isEmpty
    let hasErased = isToBeScrubbed
    status.update(Projector.name) {
      $0.cursor = next
      $0.isErasing = hasErased
    }
    // Behind all that is there by now, so that erasures of one stretch cost it once.
    if isToBeScrubbed, durable.bytes - next < Projector.stepBytes { scrub() }
    return true
  }

  /// Has what was erased overwritten, once for all erasures that came before.
  ///
  /// Where readers are in the way, the next round tries again; where it fails, a later one.
  private func scrub() {
    let now = Clocks.monotonicNanoseconds()
    if now < nextScrub { return }
    do throws(StoreError) {
      isToBeScrubbed = try !store.scrub()
    } catch {
      nextScrub = now + Projector.scrubPauseNanoseconds
      report("projection: what was erased may still stand in the file: \(error); it is tried again")
    }
    let isErasing = isToBeScrubbed
    core.status.update(Projector.name) { $0.isErasing = isErasing }
  }

  private func take(
    _ header: EntryHeader,
    _ body: borrowing Span<UInt8>,
    _ position: Position
  ) {
    switch header.kind {
    case .transaction:
      transaction.removeAll(keepingCapacity: true)
      transaction.append(body)
      transactionAt = position
    case .decision:
      let bytes = transaction
      let record = bytes.span
      let source = TransactionRecord.source(record)
      let id = record.extracting(TransactionRecord.text(Schema.Text.id, record))
      decisions.append(
        DecisionRow(
          position: transactionAt.bytes,
          source: UInt16(source),
          idKey: Int64(bitPattern: IdentityIndex.key(source: source, id)),
          time: TransactionRecord.time(record).microseconds,
          receivedAt: header.receivedAt,
          amount: TransactionRecord.amount(record).minorUnits,
          outcome: DecisionRecord.outcome(body),
          score: DecisionRecord.score(body),
          account: record.extracting(
            TransactionRecord.text(Schema.Text.account, record)
          ).text,
          channel: record.extracting(
            TransactionRecord.text(Schema.Text.channel, record)
          ).text,
          balances: balances(source, record)
        )
      )
    case .label:
      let record = body.extracting(Label.record(body))
      let source = TransactionRecord.source(record)
      let id = record.extracting(TransactionRecord.text(Schema.Text.id, record))
      labels.append(
        LabelRow(
          position: position.bytes,
          idKey: Int64(bitPattern: IdentityIndex.key(source: source, id)),
          time: TransactionRecord.time(record).microseconds,
          receivedAt: header.receivedAt,
          fraud: Label.verdict(body) == .fraud
        )
      )
    case .erasure:
      // The engine has folded it, so it can be read.
      guard let erasure = try? Erasure(body.array) else { return }
      erasures.append(ErasureRow(position: position.bytes, erasure))
    default: break
    }
  }

  private func balances(
    _ source: Int,
    _ record: borrowing Span<UInt8>
  ) -> DecisionRow.Balances? {
    guard let slots = balanceSlots[source] else { return nil }
    let before = Int64(bitPattern: TransactionRecord.bits(slots.before, record))
    let after = Int64(bitPattern: TransactionRecord.bits(slots.after, record))
    let missing = Money.missing.minorUnits
    if before == missing || after == missing { return nil }
    return DecisionRow.Balances(before: before, after: after)
  }
}
