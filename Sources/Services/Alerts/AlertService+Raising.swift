import Payments
package import Storage
import Synchronization

// What others raise: S1's clients, the monitor, jobs.
extension AlertService {
  /// Raises an alert or counts a hit; `outcome` is told how its mails went where it was raised.
  package func raise(
    _ hit: AlertHit,
    outcome: Outcome? = nil
  ) throws(StoreError) -> RaisedAlert {
    let window = settings.window
    let raised = try store.use { store throws(StoreError) in
      try store.raise([hit], window: window, upTo: nil)
    }
    guard let result = raised.first else {
      throw StoreError(.inputOutput, "raise an alert", "nothing came of it")
    }
    if let outcome, let notice = result.notice {
      let ends = surroundings.now() + AlertService.outcomeMicrosecondsMax
      waiters.withLock {
        $0.append(Waiter(notice: notice, ends: ends, outcome: outcome))
      }
    }
    if result.notice != nil { ringChannels() }
    return result
  }

  /// How long somebody waits for the outcome of mails.
  package static let outcomeMicrosecondsMax: Int64 = 10 * Timestamp.microsecondsPerSecond

  /// Raises an alert about the machine or a part of the program.
  ///
  /// Those of one type (and one `about`) within the window are one alert.
  @discardableResult
  package func raiseSystem(
    type: String,
    message: String,
    details: String = "",
    about: String = "",
    severity: AlertSeverity = .warning,
    outcome: Outcome? = nil
  ) throws(StoreError) -> RaisedAlert {
    try raise(
      AlertHit(
        kind: .system,
        key: about.isEmpty ? type : "\(type):\(about)",
        severity: severity,
        type: type,
        message: message,
        details: details,
        at: surroundings.now()
      ),
      outcome: outcome
    )
  }

  /// Says that what an alert was about is over.
  package func resolveSystem(type: String, about: String = "") throws(StoreError) {
    let (key, now) = (about.isEmpty ? type : "\(type):\(about)", surroundings.now())
    try store.use { store throws(StoreError) in try store.resolve(.system, key: key, at: now) }
  }

  /// Forgets how an account holder is reached, so that no copy of the address can be read again.
  package func eraseContact(source: String, account: String) throws(StoreError) -> Bool {
    let subject = secrets.subject(source: source, account: account)
    let isDestroyed = secrets.destroyKey(of: subject)
    let isRemoved = try store.use { store throws(StoreError) in
      try store.removeContact(of: subject)
    }
    return isDestroyed || isRemoved
  }
}
