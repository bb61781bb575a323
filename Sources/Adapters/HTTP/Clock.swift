// Safety: clock_gettime fills one local value.

import Glibc

/// The two clocks of a loop.
enum Clock {
  /// Milliseconds that never go back.
  static func monotonicMilliseconds() -> Int64 {
    let time = read(CLOCK_MONOTONIC)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Seconds since 1970 in UTC.
  static func unixSeconds() -> Int { read(CLOCK_REALTIME_COARSE).tv_sec }

  private static func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    _ = unsafe clock_gettime(clock, &time)
    return time
  }
}
