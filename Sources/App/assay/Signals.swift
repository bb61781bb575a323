// Safety: the signal set is a local structure, filled before it is read.
import Foundation
import Threads

/// The signals that ask for an orderly stop, and for features and rules to be read again.
enum Signals {
  /// Keeps SIGTERM, SIGINT and SIGHUP from ending the process; call before any thread starts.
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
    unsafe sigaddset(&set, SIGHUP)
    return set
  }

  /// Calls `reload` at each SIGHUP, and `stop` once at the other signals, from a thread of its own.
  static func listen(
    reload: @escaping @Sendable () -> Void,
    stop: @escaping @Sendable () -> Void
  ) {
    WorkThread {
      var set = waited
      var number: Int32 = 0
      repeat {
        unsafe sigwait(&set, &number)
        if number == SIGHUP { reload() }
      } while number == SIGHUP
      stop()
    }.start()
  }
}
