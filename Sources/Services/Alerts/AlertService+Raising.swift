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

  /// Removes what came of transactions before erasures, each with its time.
  func erase(_ erasures: [(Erasure, Int64)]) throws(StoreError) {
    if erasures.isEmpty { return }
    for (erasure, time) in erasures { try erase(erasure, until: time) }
    isToBeScrubbed.store(true, ordering: .relaxed)
    scrub()
  }

  /// Overwrites what was erased in the file; where it fails it is tried again.
  func scrub() {
    guard isToBeScrubbed.load(ordering: .relaxed) else { return }
    do throws(StoreError) {
      try store.use { store throws(StoreError) in try store.scrub() }
      isToBeScrubbed.store(false, ordering: .relaxed)
    } catch {
      // The rows are gone; what is told here should not stand still for their last traces.
      surroundings.note("alerts: what was erased may still stand in the file: \(error)")
    }
  }

  /// Removes what came of an account's transactions before an erasure, and how its holder is told.
  private func erase(_ erasure: Erasure, until time: Int64) throws(StoreError) {
    // A source that this program does not know has raised nothing.
    let source = surroundings.sources.first { $0.id == erasure.source }
    guard let name = source?.name else { return }
    let holder = secrets.subject(source: name, account: erasure.account)
    _ = secrets.destroyKey(of: holder)
    try store.use { store throws(StoreError) in
      try store.erase(erasure.account, of: name, holder: holder, until: time)
    }
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
