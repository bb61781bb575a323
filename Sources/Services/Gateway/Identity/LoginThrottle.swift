/// Makes those wait who try one password after another: each account, and each address.
///
/// After some failures every further one doubles the wait. What was quiet for a while is forgotten.
struct LoginThrottle {
  /// Failures of one account before its first wait.
  static let accountFailuresMax = 5
  /// Failures from one address: people behind one router share it.
  static let peerFailuresMax = 20
  static let waitSecondsMax: Int64 = 900
  /// So long after the last failure and its wait, a subject starts anew.
  static let quietSeconds: Int64 = 900
  static let subjectsMax = 20_000

  private struct Failures {
    var count = 0
    var last: Int64 = 0
    var until: Int64 = 0
  }

  private var subjects: [String: Failures] = [:]

  /// Seconds that one has to wait still; nil for none.
  ///
  /// Times are seconds that never go back.
  func wait(account: String, peer: String?, at now: Int64) -> Int64? {
    let until = [account, peer].compactMap { $0.flatMap { subjects[$0]?.until } }.max() ?? 0
    return until > now ? until - now : nil
  }

  /// Counts a failure; whether it begins a wait.
  mutating func failed(account: String, peer: String?, at now: Int64) -> Bool {
    let first = count(account, LoginThrottle.accountFailuresMax, now)
    let second = peer.map { count($0, LoginThrottle.peerFailuresMax, now) }
    return first || second == true
  }

  private mutating func count(_ subject: String, _ free: Int, _ now: Int64) -> Bool {
    makeRoom(now)
    var failures = subjects[subject] ?? Failures()
    if LoginThrottle.isOver(failures, now) { failures = Failures() }
    failures.count += 1
    failures.last = now
    let excess = failures.count - free
    if excess >= 0 {
      // Seconds are whole: a wait of one could be over at once.
      failures.until = now + min(2 << Int64(min(excess, 20)), LoginThrottle.waitSecondsMax)
    }
    subjects[subject] = failures
    return excess >= 0
  }

  private static func isOver(_ failures: Failures, _ now: Int64) -> Bool {
    max(failures.until, failures.last) + quietSeconds <= now
  }

  private mutating func makeRoom(_ now: Int64) {
    guard subjects.count >= LoginThrottle.subjectsMax else { return }
    subjects = subjects.filter { !LoginThrottle.isOver($0.value, now) }
    guard subjects.count >= LoginThrottle.subjectsMax else { return }
    // Too many at once: the half whose waits end first is let go.
    let ends = subjects.values.map(\.until).sorted()
    let middle = ends[ends.count / 2]
    subjects = subjects.filter { $0.value.until > middle }
  }

  /// Forgets the failures of an account that was signed in to; those of an address stay, or an
  /// own account would open the way to others.
  mutating func succeeded(account: String) { subjects[account] = nil }
}
