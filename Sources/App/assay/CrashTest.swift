#if DEBUG
import Foundation

/// A fault that tests inject; the release program has no such thing.
enum CrashTest {
  /// The environment variable that names the transaction id on which the process kills itself.
  static let variable = "ASSAY_TEST_CRASH_ON_ID"

  /// Ends the process as `kill -9` does, while a transaction is being worked on.
  static var fault: ((String) -> Void)? {
    guard let poison = ProcessInfo.processInfo.environment[variable] else { return nil }
    return { id in
      if id == poison || (poison.hasSuffix("*") && id.hasPrefix(poison.dropLast())) {
        kill(getpid(), SIGKILL)
      }
    }
  }
}
#endif
