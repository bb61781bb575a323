/// Where an alert stands.
package enum AlertState: UInt8, Sendable, CaseIterable {
  /// It waits for its condition.
  case created = 0
  /// Its condition came true, and nobody has looked at it yet.
  case triggered = 1
  /// Somebody looks after it.
  case acknowledged = 2
  /// It is left alone until a time.
  case snoozed = 3
  case resolved = 4
  case deleted = 5

  /// The word in JSON.
  package var word: String {
    switch self {
    case .created: "created"
    case .triggered: "triggered"
    case .acknowledged: "acknowledged"
    case .snoozed: "snoozed"
    case .resolved: "resolved"
    case .deleted: "deleted"
    }
  }

  package init?(word: String) {
    guard let found = AlertState.allCases.first(where: { $0.word == word }) else { return nil }
    self = found
  }

  /// The state that a change leads to; nil where it is not allowed.
  package func after(_ change: AlertChange) -> AlertState? {
    change.from.contains(self) ? change.to : nil
  }
}

/// What can be done to an alert: the whole state machine, one case after another.
package enum AlertChange: String, Sendable, CaseIterable {
  /// Its condition came true.
  case trigger
  case acknowledge
  case snooze
  /// The time that it was to be left alone is over.
  case wake
  case resolve
  case reopen
  case delete

  /// The states in which it is allowed.
  package var from: Set<AlertState> {
    switch self {
    case .trigger: [.created]
    case .acknowledge: [.triggered, .snoozed]
    case .snooze: [.triggered, .acknowledged, .snoozed]
    case .wake: [.snoozed]
    case .resolve: [.triggered, .acknowledged, .snoozed]
    case .reopen: [.acknowledged, .snoozed, .resolved]
    case .delete: Set(AlertState.allCases)
    }
  }

  /// The state that it leads to.
  package var to: AlertState {
    switch self {
    case .trigger, .wake, .reopen: .triggered
    case .acknowledge: .acknowledged
    case .snooze: .snoozed
    case .resolve: .resolved
    case .delete: .deleted
    }
  }
}

/// What came of a change of an alert.
package enum AlertChangeResult: Sendable, Hashable {
  case changed(Alert)
  /// Its state does not allow the change.
  case refused(Alert)
  case unknown
}
