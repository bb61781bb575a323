/// What is to happen with a payment, from mildest to most severe.
package enum Outcome: UInt8, Sendable, CaseIterable, Comparable {
  case approve = 0
  case challenge = 1
  case review = 2
  case decline = 3

  package static func < (a: Outcome, b: Outcome) -> Bool { a.rawValue < b.rawValue }

  /// The word used in JSON, SQL, metrics and rules.
  package var word: String {
    switch self {
    case .approve: "approve"
    case .challenge: "challenge"
    case .review: "review"
    case .decline: "decline"
    }
  }

  /// Whether a decision with this outcome takes its transaction for fraud: declined, or more likely
  /// fraud than not.
  package func isFraud(score: Float) -> Bool { self == .decline || score >= 0.5 }

  package init?(word: String) {
    guard let match = Outcome.allCases.first(where: { $0.word == word }) else { return nil }
    self = match
  }
}

/// What is known of a payment afterwards.
package enum Verdict: UInt8, Sendable {
  case legitimate = 0
  case fraud = 1
}
