import Synchronization

/// Counts durations by upper edges; any thread may add, any thread may read.
package final class Histogram: Sendable {
  /// Upper edges in seconds; one of them is the half second of the operators' alert.
  package static let edges = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
  ]

  private struct State {
    var counts = [UInt64](repeating: 0, count: Histogram.edges.count + 1)
    var sum = 0.0
  }

  private let state = Mutex(State())

  package init() {}

  /// Adds one duration, several times.
  package func add(seconds: Double, times: UInt64 = 1) {
    let bucket = Histogram.edges.firstIndex { seconds <= $0 } ?? Histogram.edges.count
    state.withLock {
      $0.counts[bucket] += times
      $0.sum += seconds * Double(times)
    }
  }

  /// Counts up to and including each edge, the last for all; and the sum of all durations.
  package var cumulative: (counts: [UInt64], sum: Double) {
    state.withLock { state in
      var total: UInt64 = 0
      let counts = state.counts.map { count in
        total += count
        return total
      }
      return (counts, state.sum)
    }
  }
}
