import Gateway
import Journal
import Monitoring
import Pipeline
import Telemetry

/// What is measured of a server, in the forms of its readers.
struct Measurements: Sendable {
  let gateway: Metrics
  let core: CoreThread
  let monitor: Monitor

  /// For OpenTelemetry, by the names that `/metrics` has.
  var openTelemetry: [Measurement] {
    let totals = gateway.totals
    let own = ProcessUse.now
    var all = totals.outcomes.map {
      Measurement("fraud_decisions_total", .sum(Double($0.count)), [("decision", $0.name)])
    }
    all += totals.failures.map {
      Measurement("fraud_transactions_failed_total", .sum(Double($0.count)), [("reason", $0.name)])
    }
    all.append(
      Measurement(
        "fraud_decision_duration_seconds",
        unit: "s",
        .histogram(edges: Histogram.edges, counts: totals.durations, sum: totals.durationSum)
      )
    )
    all.append(Measurement("assay_fallbacks_total", .sum(Double(totals.fallbacks))))
    all.append(Measurement("assay_queue_depth", .gauge(Double(core.queueDepth))))
    all.append(
      Measurement("assay_journal_bytes_total", unit: "By", .sum(Double(core.committed.bytes)))
    )
    all.append(Measurement("process_cpu_seconds_total", unit: "s", .sum(own.seconds)))
    all.append(
      Measurement("process_resident_memory_bytes", unit: "By", .gauge(Double(own.residentBytes)))
    )
    return all
  }

  /// For CloudWatch: what happened since `past`, whose place the present takes.
  func embedded(since past: inout Metrics.Totals) -> [EmbeddedMetrics.Value] {
    let present = gateway.totals
    defer { past = present }
    func sum(_ counts: [Metrics.Totals.Count]) -> Double {
      Double(counts.reduce(0) { $0 + $1.count })
    }
    let counts = zip(present.durations, past.durations).map { $0 - $1 }
    var values: [EmbeddedMetrics.Value] = [
      .init("Decisions", "Count", sum(present.outcomes) - sum(past.outcomes)),
      .init("Failures", "Count", sum(present.failures) - sum(past.failures)),
      .init("Fallbacks", "Count", Double(present.fallbacks - past.fallbacks)),
      .init("DecisionSecondsP50", "Seconds", Measurements.quantile(0.5, counts)),
      .init("DecisionSecondsP99", "Seconds", Measurements.quantile(0.99, counts)),
      .init("QueueDepth", "Count", Double(core.queueDepth)),
      .init("MemoryBytes", "Bytes", Double(ProcessUse.now.residentBytes)),
    ]
    if let machine = monitor.samples(1).last {
      values.append(.init("CPUPercent", "Percent", machine.processorPercent))
      values.append(.init("DiskPercent", "Percent", machine.diskPercent))
    }
    return values
  }

  /// The upper edge of the bucket in which a share of all values ends; nothing where there are
  /// none, and twice the last edge beyond it.
  static func quantile(_ share: Double, _ counts: [UInt64]) -> Double {
    let all = counts.reduce(0, +)
    if all == 0 { return .nan }
    var seen: UInt64 = 0
    for (edge, count) in zip(Histogram.edges, counts) {
      seen += count
      if Double(seen) >= share * Double(all) { return edge }
    }
    return 2 * (Histogram.edges.last ?? 0)
  }
}
