import CLinux
import Foundation
package import Journal
import Payments
import Synchronization
import Threads

/// Who is told when submissions are done; called on the core thread, after the sync.
package protocol SubmissionOwner: AnyObject, Sendable {
  func completed(_ submissions: [Submission])
}

/// The one thread that decides: takes what waits, commits it with one sync, hands it back.
package final class CoreThread: Sendable {
  /// Items that may wait; beyond it a submission is refused.
  package static let queueItemsMax = 16_384
  /// How often an idle thread looks whether payments could be decided.
  private static let lookMilliseconds = 1000

  private struct Waiting: Sendable {
    var submissions: [(Submission, any SubmissionOwner)] = []
    var items = 0
    /// What may wait until nothing live does, one submission at a time.
    var behind: (Submission, any SubmissionOwner)?
    var stopping = false
  }

  private let waiting = Mutex(Waiting())
  private let doorbell = Doorbell()
  private let finished = DispatchSemaphore(value: 0)
  private let committedBytes: Atomic<UInt64>
  /// What the threads around it let operators see.
  package let status: NodeStatus
  /// Time of each write and sync.
  package let syncDurations = Histogram()

  package init(committed: Position, status: NodeStatus = NodeStatus()) {
    committedBytes = Atomic(committed.bytes)
    self.status = status
  }

  /// Everything before it is durable.
  package var committed: Position {
    Position(bytes: committedBytes.load(ordering: .acquiring))
  }

  package var queueDepth: Int { waiting.withLock { $0.items } }

  /// Hands submissions over with one wake; false where the queue is full or closing, and then none
  /// was taken.
  package func submit(_ submissions: [Submission], owner: any SubmissionOwner) -> Bool {
    let items = submissions.reduce(0) { $0 + $1.items.count }
    let taken = waiting.withLock { waiting in
      if waiting.stopping || waiting.items + items > CoreThread.queueItemsMax { return false }
      waiting.items += items
      for submission in submissions { waiting.submissions.append((submission, owner)) }
      return true
    }
    if taken { doorbell.ring() }
    return taken
  }

  /// Hands a submission over that is taken behind all that is live, in the same sync; false where
  /// one is there already, or the thread is closing.
  ///
  /// When it is done, its `sinceLive` says how long before it live traffic was decided on.
  package func submitBehind(_ submission: Submission, owner: any SubmissionOwner) -> Bool {
    let taken = waiting.withLock { waiting in
      if waiting.stopping || waiting.behind != nil { return false }
      waiting.behind = (submission, owner)
      return true
    }
    if taken { doorbell.ring() }
    return taken
  }

  /// Whether the thread takes nothing any more.
  package var isStopping: Bool { waiting.withLock { $0.stopping } }

  /// Submits and waits for the outcome; for commands and start-up, never on the HTTP thread.
  package func submitAndWait(_ submission: Submission) -> Bool {
    let waiter = Waiter()
    while !submit([submission], owner: waiter) {
      if waiting.withLock({ $0.stopping }) { return false }
      Thread.sleep(forTimeInterval: 0.001)
    }
    waiter.semaphore.wait()
    return true
  }

  private final class Waiter: SubmissionOwner {
    let semaphore = DispatchSemaphore(value: 0)
    func completed(_ submissions: [Submission]) { semaphore.signal() }
  }

  /// Starts the thread.
  ///
  /// A failed write or sync ends the process: nothing may be answered after it.
  package func start(
    _ sequencer: Sequencer,
    failed: @escaping @Sendable (JournalError) -> Never
  ) {
    // Start-up has logged what is in force now.
    committedBytes.store(sequencer.committed.bytes, ordering: .releasing)
    let box = SequencerBox(sequencer)
    let thread = WorkThread { [self] in
      unsafe clinux_name_thread("core")
      do throws(JournalError) {
        try run(box.sequencer)
      } catch {
        failed(error)
      }
      finished.signal()
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  // Safety: the sequencer is handed to the core thread once and from then on used by no other.
  private final class SequencerBox: @unchecked Sendable {
    let sequencer: Sequencer
    init(_ sequencer: Sequencer) { self.sequencer = sequencer }
  }

  /// Decides on what waits, closes the log in order, and returns when the thread is done.
  package func stop() {
    waiting.withLock { $0.stopping = true }
    doorbell.ring()
    finished.wait()
  }

  private func run(_ sequencer: Sequencer) throws(JournalError) {
    var work: [(Submission, any SubmissionOwner)] = []
    var lastLive = Int64.min / 2
    while true {
      var stopping = false
      let behind = waiting.withLock { waiting in
        swap(&work, &waiting.submissions)
        waiting.items = 0
        stopping = waiting.stopping
        return waiting.behind.take()
      }
      let now = Clocks.monotonicNanoseconds()
      if !work.isEmpty { lastLive = now }
      if let behind {
        behind.0.sinceLive = now - lastLive
        work.append(behind)
      }
      if work.isEmpty {
        if stopping { return try sequencer.close() }
        doorbell.wait(milliseconds: CoreThread.lookMilliseconds)
        try sequencer.look()
        continue
      }
      var start = 0
      for index in work.indices {
        while try !sequencer.take(work[index].0) {
          try commit(sequencer)
          deliver(work[start..<index])
          start = index
        }
      }
      try commit(sequencer)
      deliver(work[start...])
      work.removeAll(keepingCapacity: true)
    }
  }

  private func commit(_ sequencer: Sequencer) throws(JournalError) {
    guard sequencer.hasWork else { return sequencer.rest() }
    let start = Clocks.monotonicNanoseconds()
    try sequencer.commit()
    syncDurations.add(seconds: Double(Clocks.monotonicNanoseconds() - start) / 1e9)
    committedBytes.store(sequencer.committed.bytes, ordering: .releasing)
  }

  /// Tells each owner once of all its submissions of this batch.
  private func deliver(_ done: ArraySlice<(Submission, any SubmissionOwner)>) {
    var rest = done
    while let (_, owner) = rest.first {
      let mine = rest.prefix { $0.1 === owner }
      owner.completed(mine.map(\.0))
      rest = rest.dropFirst(mine.count)
    }
  }
}
