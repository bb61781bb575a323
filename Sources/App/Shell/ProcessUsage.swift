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

  /// User and system time of all threads.
  package static var cpuSeconds: Double {
    let now = usage
    return Double(now.ru_utime.tv_sec + now.ru_stime.tv_sec)
      + Double(now.ru_utime.tv_usec + now.ru_stime.tv_usec) / 1e6
  }
}
