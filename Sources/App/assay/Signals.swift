// Safety: the signal set is a local structure, filled before it is read.
import Foundation

/// The signals that ask for an orderly stop.
enum Signals {
  /// Keeps SIGTERM and SIGINT from ending the process; call before any thread starts.
  static func hold() {
    var set = waited
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
    signal(SIGPIPE, SIG_IGN)
  }

  private static var waited: sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, SIGTERM)
    unsafe sigaddset(&set, SIGINT)
    return set
  }

  /// Calls `stop` once, from a thread of its own, when a signal comes.
  static func onStop(_ stop: @escaping @Sendable () -> Void) {
    Thread {
      var set = waited
      var number: Int32 = 0
      unsafe sigwait(&set, &number)
      stop()
    }.start()
  }
}
