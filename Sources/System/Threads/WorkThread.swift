// Safety: the box of a thread's body is retained once for the thread, which releases it; the
// attributes live from their initialisation to their end in one function.
import CLinux
import Glibc

/// A thread of the program's own, whose start is known to have succeeded.
///
/// Foundation's `Thread` does not say that the machine had no thread left (`pids.max`,
/// `ulimit -u`): whoever waits for such a thread waits for ever.
package final class WorkThread: @unchecked Sendable {
  /// Of the stack, bytes; 0 for the machine's default.
  package var stackSize = 0
  /// What operators see it called, 15 bytes at most.
  package var name = ""
  private let body: @Sendable () -> Void
  /// How often a start is tried, and the pause between two.
  private static let attempts = 50
  private static let pauseMicroseconds: UInt32 = 100_000

  package init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  /// Starts the thread; the number of the error where it does not start.
  package func attempt() -> Int32? {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    if stackSize > 0 { unsafe pthread_attr_setstacksize(&attributes, stackSize) }
    var thread = pthread_t()
    let box = unsafe Unmanaged.passRetained(self)
    let number = unsafe pthread_create(&thread, &attributes, WorkThread.run, box.toOpaque())
    guard number != 0 else { return nil }
    unsafe box.release()
    return number
  }

  /// Starts the thread, without which the program is of no use: where the machine has none left for
  /// five seconds, it ends with the reason.
  package func start() {
    var number: Int32?
    for _ in 0..<WorkThread.attempts {
      number = attempt()
      if number == nil { return }
      usleep(WorkThread.pauseMicroseconds)
    }
    let reason = unsafe String(cString: strerror(number ?? 0))
    let text =
      "assay: no thread can be started: \(reason); the machine has too few left (pids.max of its"
      + " control group, ulimit -u)\n"
    _ = unsafe Array(text.utf8).withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
    exit(71)
  }

  private static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
    context in
    guard let context = unsafe context else { return nil }
    let thread = unsafe Unmanaged<WorkThread>.fromOpaque(context).takeRetainedValue()
    if !thread.name.isEmpty { unsafe clinux_name_thread(thread.name) }
    thread.body()
    return nil
  }
}
