import Dispatch
import Foundation
import Payments
import Synchronization
import Threads

extension Workers {
  /// All processors at once, the caller's thread among them; where no other thread can be started,
  /// the caller alone.
  ///
  /// Dispatch would wait for a thread for ever.
  static let processors = Workers { count, piece in
    withoutActuallyEscaping(piece) { piece in
      let round = Round(count, piece)
      let done = DispatchSemaphore(value: 0)
      let wanted = max(1, min(count, ProcessInfo.processInfo.activeProcessorCount))
      let started = (1..<wanted).count { _ in
        let thread = WorkThread {
          round.work()
          done.signal()
        }
        thread.stackSize = 8 << 20
        return thread.attempt() == nil
      }
      round.work()
      for _ in 0..<started { done.wait() }
      round.end()
    }
  }

  /// Pieces that several threads take one after the other.
  private final class Round: Sendable {
    private let next = Atomic<Int>(0)
    private let count: Int
    private let piece: Mutex<(@Sendable (Int) -> Void)?>

    init(_ count: Int, _ piece: @escaping @Sendable (Int) -> Void) {
      self.count = count
      self.piece = Mutex(piece)
    }

    func work() {
      guard let piece = piece.withLock({ $0 }) else { return }
      while true {
        let number = next.add(1, ordering: .relaxed).oldValue
        if number >= count { return }
        piece(number)
      }
    }

    /// Lets the pieces go, which belong to the caller.
    func end() { piece.withLock { $0 = nil } }
  }
}
