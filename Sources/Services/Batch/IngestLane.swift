import Dispatch
import Pipeline

/// Hands rows to the core thread behind live traffic, one slice at a time.
final class IngestLane: SubmissionOwner {
  /// How long after a live transaction more are looked for, ns.
  private static let liveNanoseconds: Int64 = 1_000_000_000
  /// Rows of a slice beside live traffic, and the most without any.
  static let rowsBesideLive = 32
  static let rowsAlone = 256
  /// What a slice has more than the last one that met nothing live.
  private static let rowsMore = 16
  /// How long the disk and the processor are left to live traffic behind such a slice.
  static let restMilliseconds = 2
  static let sliceBytesMax = 512 << 10

  private let core: CoreThread
  private let done = DispatchSemaphore(value: 0)

  init(_ core: CoreThread) { self.core = core }

  /// Whether the core takes nothing any more.
  var isStopping: Bool { core.isStopping }

  /// Hands a slice over; false where the core does not take it now.
  func submit(_ submission: Submission) -> Bool { core.submitBehind(submission, owner: self) }

  /// Waits for the slice that was handed over.
  func wait() { done.wait() }

  func completed(_ submissions: [Submission]) { done.signal() }

  /// How many rows the next slice has, by how the last one went.
  static func rows(after last: Submission, _ count: Int) -> Int {
    last.sinceLive < liveNanoseconds ? rowsBesideLive : min(rowsAlone, count + rowsMore)
  }
}
