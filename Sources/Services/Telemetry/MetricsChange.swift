/// What happened between two looks at a server's metrics.
package struct MetricsChange: Sendable {
  package let earlier: MetricsText
  package let later: MetricsText
  package let seconds: Double

  package init(from earlier: MetricsText, to later: MetricsText, seconds: Double) {
    self.earlier = earlier
    self.later = later
    self.seconds = seconds
  }

  /// Whether the server was started anew between the two looks: its counters began again.
  package var isRestart: Bool {
    let name = "process_cpu_seconds_total"
    guard let before = earlier.value(name), let after = later.value(name) else { return false }
    return after < before
  }

  /// How much a counter grew a second, over all labels; nil where there is no such metric.
  package func rate(_ name: String) -> Double? {
    guard seconds > 0, let after = later.value(name) else { return nil }
    return MetricsChange.growth(earlier.value(name), after) / seconds
  }

  /// How much a counter grew a second, by one label.
  package func rates(_ name: String, by label: String) -> [(label: String, value: Double)] {
    guard seconds > 0 else { return [] }
    let before = earlier.values(name, by: label)
    return later.values(name, by: label).map { now in
      let was = before.first { $0.label == now.label }?.value
      return (now.label, MetricsChange.growth(was, now.value) / seconds)
    }
  }

  /// A quantile of what a histogram took between the two looks; nil where it took nothing.
  ///
  /// Within a bucket it is interpolated, as Prometheus does; beyond the last finite edge it is that
  /// edge.
  package func quantile(_ share: Double, of name: String) -> Double? {
    let after = later.buckets(name)
    let before = earlier.buckets(name)
    let began = zip(after, before).contains { $0.edge != $1.edge || $0.count < $1.count }
    let counts = after.enumerated().map { place, bucket in
      began || place >= before.count ? bucket.count : bucket.count - before[place].count
    }
    guard let total = counts.last, total > 0 else { return nil }
    let rank = share * total
    guard let place = counts.firstIndex(where: { $0 >= rank && $0 > 0 }) else { return nil }
    let low = place == 0 ? 0 : after[place - 1].edge
    let below = place == 0 ? 0 : counts[place - 1]
    let high = after[place].edge
    guard high.isFinite, counts[place] > below else { return low }
    return low + (high - low) * max(0, rank - below) / (counts[place] - below)
  }

  /// What a counter took; one that is smaller than before began again.
  private static func growth(_ before: Double?, _ after: Double) -> Double {
    guard let before, before <= after else { return after }
    return after - before
  }
}
