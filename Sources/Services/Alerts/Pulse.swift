import CLinux
import Foundation
import Synchronization

/// A thread that does its round when it is rung, and now and then without.
final class Pulse: Sendable {
  private struct State {
    var isRung = false
    var isStopping = false
    var isStarted = false
  }

  static let niceness: Int32 = 10

  private let state = Mutex(State())
  private let condition = NSCondition()
  private let finished = DispatchSemaphore(value: 0)

  /// Whether the round that runs is to come to its end.
  var isStopping: Bool { state.withLock { $0.isStopping } }

  /// Starts the thread; `round` says how many seconds it wants to sleep at most.
  func start(_ name: String, _ round: @escaping @Sendable () -> Double) {
    state.withLock { $0.isStarted = true }
    let thread = Thread { [self] in
      // Nobody who pays waits for an alert.
      clinux_nice_thread(Pulse.niceness)
      while !isStopping {
        let seconds = round()
        condition.lock()
        let goesOn = state.withLock { state in
          defer { state.isRung = false }
          return state.isRung || state.isStopping
        }
        if !goesOn, seconds > 0 {
          _ = condition.wait(until: Date(timeIntervalSinceNow: seconds))
          state.withLock { $0.isRung = false }
        }
        condition.unlock()
      }
      finished.signal()
    }
    thread.name = name
    thread.start()
  }

  func ring() {
    condition.lock()
    state.withLock { $0.isRung = true }
    condition.broadcast()
    condition.unlock()
  }

  /// Lets the round that runs come to its end, and waits for it.
  func stop() {
    condition.lock()
    let isStarted = state.withLock { state in
      state.isStopping = true
      return state.isStarted
    }
    condition.broadcast()
    condition.unlock()
    if isStarted { finished.wait() }
  }
}
