import Foundation

/// What became of simulated traffic.
struct LoadReport: Encodable, Sendable {
  struct Latency: Encodable, Sendable {
    var p50 = 0.0
    var p99 = 0.0
    var max = 0.0
  }

  var payments = 0
  var labels = 0
  var activities = 0
  var seconds = 0.0
  /// Payments answered in a second.
  var rate = 0.0
  var outcomes: [String: Int] = [:]
  var duplicates = 0
  var fallbacks = 0
  /// By status, or `connection`.
  var errors: [String: Int] = [:]
  /// The first of them.
  var firstError: String?
  /// From when a payment was due to its answer, ms.
  var latencyMilliseconds = Latency()
  /// How far behind its time the last payment was sent, at the most, ms.
  var behindMilliseconds = 0.0

  mutating func count(error: String, _ detail: String) {
    errors[error, default: 0] += 1
    if firstError == nil { firstError = "\(error): \(detail)" }
  }

  var text: String {
    let outcomeText = outcomes.keys.sorted().map { "\($0) \(outcomes[$0] ?? 0)" }
    let errorText = errors.keys.sorted().map { "\($0) \(errors[$0] ?? 0)" }
    return String(
      format: "%d payments, %d labels and %d activities in %.1f s, %.0f payments/s\n",
      payments,
      labels,
      activities,
      seconds,
      rate
    ) + "outcomes: \(outcomeText.joined(separator: ", "))"
      + (fallbacks > 0 ? "; \(fallbacks) by fallback" : "")
      + (duplicates > 0 ? "; \(duplicates) known before" : "")
      + "\nerrors: \(errorText.isEmpty ? "none" : errorText.joined(separator: ", "))"
      + (firstError.map { " (\($0))" } ?? "")
      + String(
        format: "\nlatency from the due time: p50 %.2f ms, p99 %.2f ms, max %.1f ms;"
          + " at most %.1f ms behind",
        latencyMilliseconds.p50,
        latencyMilliseconds.p99,
        latencyMilliseconds.max,
        behindMilliseconds
      )
  }
}
