import Journal
import Monitoring
import Payments
package import Pipeline
import Synchronization

/// What operators watch, counted as it happens.
package final class Metrics: Sendable {
  /// Why a transaction was not decided.
  enum Failure: Int, CaseIterable {
    case invalid
    case conflict
    case quarantined
    case overloaded
    case full_disk
    case clock
    case unreadable
  }

  private let outcomes: Mutex<[Int]> = Mutex([0, 0, 0, 0])
  private let frauds = Atomic<Int>(0)
  private let lastSeconds = Atomic<UInt64>(0)
  private let failed: Mutex<[Int]> = Mutex([Int](repeating: 0, count: Failure.allCases.count))
  private let fallbacks = Atomic<Int>(0)
  private let limited = Atomic<Int>(0)
  private let duplicates = Atomic<Int>(0)
  /// From the last byte of a request for decisions to its answer.
  let requests = Histogram()

  package init() {}

  /// Counts a decision that was made just now.
  func count(_ decision: borrowing Span<UInt8>) {
    let outcome = DecisionRecord.outcome(decision)
    outcomes.withLock { $0[Int(outcome.rawValue)] += 1 }
    if DialectText.isFraud(decision) { frauds.add(1, ordering: .relaxed) }
  }

  /// Notes the time from a request's last byte to its answer.
  func note(seconds: Double) {
    requests.add(seconds: seconds)
    lastSeconds.store(seconds.bitPattern, ordering: .relaxed)
  }

  /// Counts the decisions of a submission that did not come over HTTP.
  package func count(_ submission: Submission) {
    let decisions = submission.decisions
    let span = decisions.span
    for result in submission.results {
      if case .decided(_, let range) = result {
        count(span.extracting(range))
      }
    }
  }

  func countFailed(_ reason: Failure) { failed.withLock { $0[reason.rawValue] += 1 } }
  func countLimited() { limited.add(1, ordering: .relaxed) }
  func countFallback() { fallbacks.add(1, ordering: .relaxed) }
  func countDuplicate() { duplicates.add(1, ordering: .relaxed) }

  var decisions: Int { outcomes.withLock { $0.reduce(0, +) } }

  var byOutcome: [(Outcome, Int)] {
    let counts = outcomes.withLock { $0 }
    return Outcome.allCases.map { ($0, counts[Int($0.rawValue)]) }
  }

  /// What was counted so far.
  package struct Totals: Sendable {
    package struct Count: Sendable {
      package var name: String
      package var count: Int
    }

    package var outcomes: [Count]
    package var failures: [Count]
    package var fallbacks: Int
    /// Requests for decisions by `Histogram.edges`, and those beyond the last.
    package var durations: [UInt64]
    /// Seconds.
    package var durationSum: Double
  }

  package var totals: Totals {
    let (cumulative, sum) = requests.cumulative
    let counts = failed.withLock { $0 }
    return Totals(
      outcomes: byOutcome.map { Totals.Count(name: $0.0.word, count: $0.1) },
      failures: Failure.allCases.map { Totals.Count(name: "\($0)", count: counts[$0.rawValue]) },
      fallbacks: fallbacks.load(ordering: .relaxed),
      durations: zip(cumulative, [0] + cumulative).map { $0 - $1 },
      durationSum: sum
    )
  }

  /// The Prometheus text format, version 0.0.4.
  func text(
    core: CoreThread,
    projectionLagBytes: Int,
    streams: Int,
    auditLost: Int,
    machine: SystemSample?
  ) -> String {
    var text = ""
    func metric(_ name: String, _ type: String, _ help: String) {
      text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }
    metric("fraud_decisions_total", "counter", "Decisions by outcome.")
    for (outcome, count) in byOutcome {
      text += "fraud_decisions_total{decision=\"\(outcome.word)\"} \(count)\n"
    }
    metric("fraud_transactions_failed_total", "counter", "Transactions that were not decided.")
    let counts = failed.withLock { $0 }
    for reason in Failure.allCases {
      text += "fraud_transactions_failed_total{reason=\"\(reason)\"} \(counts[reason.rawValue])\n"
    }
    // The names by which S4's dashboards know them.
    metric("transactions_processed_total", "counter", "Decisions.")
    text += "transactions_processed_total \(decisions)\n"
    metric("fraudulent_transactions_total", "counter", "Decisions that say fraud.")
    text += "fraudulent_transactions_total \(frauds.load(ordering: .relaxed))\n"
    metric("transaction_processing_time", "gauge", "Seconds that the last request took.")
    text += "transaction_processing_time "
    text += "\(Double(bitPattern: lastSeconds.load(ordering: .relaxed)))\n"
    metric("assay_duplicates_total", "counter", "Transactions that had been decided before.")
    text += "assay_duplicates_total \(duplicates.load(ordering: .relaxed))\n"
    metric("assay_rate_limited_total", "counter", "Requests above a client's rate limit.")
    text += "assay_rate_limited_total \(limited.load(ordering: .relaxed))\n"
    metric("assay_audit_lost_total", "counter", "Lines that the audit log could not take.")
    text += "assay_audit_lost_total \(auditLost)\n"
    metric("assay_fallbacks_total", "counter", "Answers given because a deadline passed.")
    text += "assay_fallbacks_total \(fallbacks.load(ordering: .relaxed))\n"
    let status = core.status
    metric("assay_quarantined", "gauge", "Transactions in quarantine.")
    text += "assay_quarantined \(status.quarantined.count)\n"
    metric(
      "assay_quarantine_refused_total",
      "counter",
      "Submissions refused because they are in quarantine."
    )
    text += "assay_quarantine_refused_total \(status.quarantineRefusals)\n"
    metric("assay_ready", "gauge", "1 where payments are decided, 0 where something is in the way.")
    text += "assay_ready \(status.obstacle == nil ? 1 : 0)\n"
    metric(
      "assay_clock_steps_total",
      "counter",
      "Steps of the wall clock that nobody had confirmed."
    )
    text += "assay_clock_steps_total \(status.clockSteps)\n"
    metric("assay_part_failing", "gauge", "1 where a store beside the log fails.")
    for part in status.parts {
      text += "assay_part_failing{part=\"\(part.name)\"} \(part.failure == nil ? 0 : 1)\n"
    }
    metric("assay_projection_detached", "gauge", "1 where a projection fell too far behind.")
    for projection in status.projections {
      text += "assay_projection_detached{projection=\"\(projection.name)\"} "
      text += projection.isDetached ? "1\n" : "0\n"
    }
    metric("assay_projection_failing", "gauge", "1 where a projection's store cannot be written.")
    for projection in status.projections {
      text += "assay_projection_failing{projection=\"\(projection.name)\"} "
      text += projection.isFailing ? "1\n" : "0\n"
    }
    let alertsFail = status.parts.contains { $0.name == "alerts" && $0.failure != nil }
    text += "assay_projection_failing{projection=\"alerts\"} \(alertsFail ? 1 : 0)\n"
    metric("assay_verifiable_from_bytes", "gauge", "From where on the log can be folded again.")
    text += "assay_verifiable_from_bytes \(status.verifiableFrom.position)\n"
    metric("assay_journal_segments_removed_total", "counter", "Segments that retention removed.")
    text += "assay_journal_segments_removed_total \(status.removedSegments)\n"
    metric("assay_queue_depth", "gauge", "Items that wait for the core thread.")
    text += "assay_queue_depth \(core.queueDepth)\n"
    metric("assay_streams", "gauge", "Clients to which decisions are pushed.")
    text += "assay_streams \(streams)\n"
    metric("assay_projection_lag_bytes", "gauge", "Journal bytes that are not projected yet.")
    text += "assay_projection_lag_bytes \(projectionLagBytes)\n"
    metric("assay_journal_bytes_total", "counter", "Bytes of the journal that are durable.")
    text += "assay_journal_bytes_total \(core.committed.bytes)\n"
    text += Metrics.histogram(
      "fraud_decision_duration_seconds",
      "From the arrival of a request for decisions to its answer.",
      requests
    )
    text += Metrics.histogram(
      "assay_journal_sync_duration_seconds",
      "One write and sync of the journal.",
      core.syncDurations
    )
    return text + Metrics.machine(machine)
  }

  /// This process, and the machine as the monitor saw it last.
  private static func machine(_ sample: SystemSample?) -> String {
    let own = ProcessUse.now
    var text = ""
    func gauge(
      _ name: String,
      _ type: String,
      _ help: String,
      _ value: some CustomStringConvertible
    ) {
      text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n\(name) \(value)\n"
    }
    gauge("process_cpu_seconds_total", "counter", "Processor time of this process.", own.seconds)
    gauge("process_resident_memory_bytes", "gauge", "Memory of this process.", own.residentBytes)
    guard let sample else { return text }
    gauge("assay_machine_cpu_percent", "gauge", "Processor use.", sample.processorPercent)
    gauge("assay_machine_memory_percent", "gauge", "Memory use.", sample.memoryPercent)
    gauge("assay_disk_size_bytes", "gauge", "The data directory's file system.", sample.diskTotal)
    gauge("assay_disk_free_bytes", "gauge", "What is free of it.", sample.diskFree)
    return text
  }

  private static func histogram(
    _ name: String,
    _ help: String,
    _ histogram: Histogram
  ) -> String {
    var text = "# HELP \(name) \(help)\n# TYPE \(name) histogram\n"
    let (counts, sum) = histogram.cumulative
    for (edge, count) in zip(Histogram.edges, counts) {
      text += "\(name)_bucket{le=\"\(edge)\"} \(count)\n"
    }
    text += "\(name)_bucket{le=\"+Inf\"} \(counts.last ?? 0)\n"
    return text + "\(name)_sum \(sum)\n\(name)_count \(counts.last ?? 0)\n"
  }
}
