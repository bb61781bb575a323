import CLinux
import Foundation
import Synchronization
import Threads

/// Threads that make deliveries beside one another, never two to one recipient: who answers slowly
/// makes nobody else wait.
final class DeliveryCrew: Sendable {
  /// Deliveries at a time.
  let size: Int
  private let busy = Mutex<Set<String>>([])
  private let left = DispatchSemaphore(value: 0)

  init(size: Int) { self.size = size }

  /// To whom a delivery is being made.
  var recipients: Set<String> { busy.withLock { $0 } }

  /// Makes a delivery to a recipient to whom none is being made, on a thread of its own.
  ///
  /// `done` is called once the recipient can be told more.
  func make(
    to recipient: String,
    _ body: @escaping @Sendable () -> Void,
    done: @escaping @Sendable () -> Void
  ) {
    let isFree = busy.withLock { $0.insert(recipient).inserted }
    precondition(isFree, "a recipient is told one thing at a time")
    let thread = WorkThread { [self] in
      clinux_nice_thread(Pulse.niceness)
      body()
      busy.withLock { _ = $0.remove(recipient) }
      done()
      left.signal()
    }
    thread.name = "delivery"
    thread.start()
  }

  /// Waits until nothing is being delivered.
  func finish() {
    while !recipients.isEmpty { _ = left.wait(timeout: .now() + .milliseconds(100)) }
  }
}
