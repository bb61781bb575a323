// Safety: the word is allocated by this class, touched only by atomic operations, and freed when
// the last owner is gone.
import CLinux

/// Lets one thread sleep until another rings; a ring before the sleep is not lost.
@safe package final class Doorbell: @unchecked Sendable {
  private let word: UnsafeMutablePointer<UInt32>

  package init() {
    unsafe word = .allocate(capacity: 1)
    unsafe word.initialize(to: 0)
  }

  deinit { unsafe word.deallocate() }

  /// Wakes the sleeper, or keeps it from falling asleep.
  package func ring() {
    if unsafe clinux_exchange32(word, 1) == 0 { unsafe clinux_futex_wake(word) }
  }

  /// Sleeps until the bell rings or the time is over.
  package func wait(milliseconds: Int = -1) {
    let nanoseconds = milliseconds < 0 ? -1 : Int64(milliseconds) * 1_000_000
    if unsafe clinux_exchange32(word, 0) == 1 { return }
    unsafe clinux_futex_wait(word, 0, nanoseconds)
    unsafe clinux_store32(word, 0)
  }
}
