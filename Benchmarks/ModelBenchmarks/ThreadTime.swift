// Safety: `clock_gettime` writes one `timespec`, which is passed by address for the call only.
import Glibc

/// Time this thread has spent on a processor, which other programs disturb less than wall time.
enum ThreadTime {
  static func nanoseconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }

  /// Nanoseconds that a piece of work takes.
  static func measure(_ work: () throws -> Void) rethrows -> Double {
    let start = nanoseconds()
    try work()
    return nanoseconds() - start
  }
}

extension [Double] {
  /// The middle value; 0 of none.
  var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}
