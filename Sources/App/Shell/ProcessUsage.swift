// Safety: `getrusage` fills the structure it is handed before it is read.
import Glibc

/// What this process has used so far.
package enum ProcessUsage {
  private static var usage: rusage {
    var usage = rusage()
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage
  }

  package static var peakMemoryMiB: Int { usage.ru_maxrss / 1024 }
}
