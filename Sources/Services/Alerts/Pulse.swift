// Safety: the word is allocated by this class, touched only by atomic operations, and freed when
// the last owner, the thread among them, is gone.
import CLinux
import Foundation
import Synchronization
import Threads

/// A thread that does its round when it is rung, and now and then without.
///
/// It sleeps by the clock that nobody sets: a wall clock that is put back makes no round late.
@safe final class Pulse: @unchecked Sendable {
  static let niceness: Int32 = 10

  private let word: UnsafeMutablePointer<UInt32>
  private let stopping = Atomic<Bool>(false)
  private let isStarted = Atomic<Bool>(false)
  private let finished = DispatchSemaphore(value: 0)

  init() {
    unsafe word = .allocate(capacity: 1)
    unsafe word.initialize(to: 0)
  }

  deinit { unsafe word.deallocate() }

  /// Whether the round that runs is to come to its end.
  var isStopping: Bool { stopping.load(ordering: .relaxed) }

  /// Starts the thread; `round` says how many seconds it wants to sleep at most.
  func start(_ name: String, _ round: @escaping @Sendable () -> Double) {
    isStarted.store(true, ordering: .relaxed)
    let thread = WorkThread { [self] in
      // Nobody who pays waits for an alert.
      clinux_nice_thread(Pulse.niceness)
      while !isStopping {
        let seconds = round()
        if seconds > 0, !isStopping { sleep(seconds) }
      }
      finished.signal()
    }
    thread.name = name
    thread.start()
  }

  /// Sleeps until it is rung, if it was not rung already, or the time is over.
  private func sleep(_ seconds: Double) {
    if unsafe clinux_exchange32(word, 0) == 1 { return }
    unsafe clinux_futex_wait(word, 0, Int64(min(seconds, 86_400) * 1e9))
    unsafe clinux_store32(word, 0)
  }

  func ring() {
    if unsafe clinux_exchange32(word, 1) == 0 { unsafe clinux_futex_wake(word) }
  }

  /// Lets the round that runs come to its end, and waits for it.
  func stop() {
    stopping.store(true, ordering: .relaxed)
    ring()
    if isStarted.load(ordering: .relaxed) { finished.wait() }
  }
}
