/// Compares the wall clock with a clock that only runs on, asleep too (CLOCK_BOOTTIME): a step of
/// the one against the other is a clock that was set, not time that passed.
///
/// The wall clock may drift as much as time services slew it; steps add up.
package struct ClockWitness: Sendable {
  /// A larger step is refused until somebody confirms it.
  package static let stepMicrosecondsMax: Int64 = 300_000_000
  /// Drift that is followed, millionths of the time that passed.
  private static let driftPerMillion: Int64 = 1000

  private var offset: Int64
  private var looked: Int64

  /// Takes the wall clock for right as it is now; both times in µs.
  package init(wall: Int64, boot: Int64) {
    offset = wall - boot
    looked = boot
  }

  /// By how much the wall clock was set, µs; 0 where it runs on as it should.
  package mutating func step(wall: Int64, boot: Int64) -> Int64 {
    let room = max(0, boot - looked) / 1_000_000 * ClockWitness.driftPerMillion
    let apart = wall - boot - offset
    if room > 0 {
      offset += min(max(apart, -room), room)
      looked = boot
    }
    let left = wall - boot - offset
    return abs(left) > ClockWitness.stepMicrosecondsMax ? left : 0
  }
}
