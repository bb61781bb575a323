import Journal
import Synchronization

/// The newest decisions by key, so that a read right after its write finds it.
final class RecentRing: Sendable {
  static let slots = 1 << 15

  private struct State {
    var keys = [UInt64](repeating: 0, count: RecentRing.slots)
    var positions = [UInt64](repeating: 0, count: RecentRing.slots)
  }

  private let state = Mutex(State())

  func note(_ key: UInt64, _ position: Position) {
    let slot = Int(truncatingIfNeeded: key >> 20) & (RecentRing.slots - 1)
    state.withLock {
      $0.keys[slot] = key
      $0.positions[slot] = position.bytes
    }
  }

  func find(_ key: UInt64) -> Position? {
    let slot = Int(truncatingIfNeeded: key >> 20) & (RecentRing.slots - 1)
    return state.withLock {
      $0.keys[slot] == key ? Position(bytes: $0.positions[slot]) : nil
    }
  }
}
