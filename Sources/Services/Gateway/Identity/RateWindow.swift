import Storage

/// The requests of one client that a limit counts: exact wherever its seconds begin.
///
/// As many times as the limit has requests are kept, 8 bytes each: one more fits as soon as the
/// oldest of them has left the window. What is refused is not counted.
struct RateWindow {
  let limit: RateLimit
  private var times: [Int64] = []
  /// The place of the oldest, once all are in use.
  private var oldest = 0

  init(_ limit: RateLimit) { self.limit = limit }

  /// Counts a request at a time that never goes back (ns), or says in how many ns one will fit.
  mutating func take(at now: Int64) -> Int64? {
    if times.count < limit.requests {
      times.append(now)
      return nil
    }
    let age = now - times[oldest]
    let span = Int64(limit.seconds) * 1_000_000_000
    if age < span { return span - age }
    times[oldest] = now
    oldest = oldest + 1 == limit.requests ? 0 : oldest + 1
    return nil
  }
}
