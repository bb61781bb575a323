package import Journal
package import Messaging
import Payments
package import Storage
import Synchronization

/// Raises alerts from the log, from prices and from what the program says of itself, and tells
/// people and programs of them.
///
/// It works on threads of its own: one follows the log, one looks at prices, one keeps time, and
/// each channel has one. Whatever they do stands in the store before and after.
package final class AlertService: Sendable {
  /// Told when all mails of a notice were tried once, or it took too long.
  package typealias Outcome = @Sendable (DeliveryTally) -> Void

  let settings: AlertSettings
  let surroundings: AlertSurroundings
  package let store: SharedAlertStore
  package let secrets: any AlertSecrets
  package let mail: any MailTransport
  let web: any WebTransport
  let committed: @Sendable () -> Position
  let journal: Mutex<any JournalDisk>
  private let follower = Pulse()
  private let prices = Pulse()
  private let clock = Pulse()
  let channels: [AlertChannel: Pulse]
  private let started = Mutex<[ChannelLoop]>([])
  let followed = Atomic<UInt64>(0)
  /// Whether the file may still hold what was erased.
  let isToBeScrubbed = Atomic<Bool>(false)
  /// How far the log was followed, and how far the store knows of it.
  struct Place {
    var cursor: StoreCursor
    var written: UInt64
  }
  let place = Mutex<Place?>(nil)
  private let pricesEnded = Atomic<Bool>(false)
  private let seenCoins = Mutex<CoinList?>(nil)
  private let feedFailures = Atomic<Int>(0)
  private let lastExpiry = Mutex<Int64>(0)
  /// Grows with each change of price alerts, by owner: what was read before is out of date.
  private let priceRevisions = Mutex<[UInt64]>(Array(repeating: 0, count: 256))
  private let complaints = Mutex<[String: Int64]>([:])
  /// What fails at present, and how.
  private let failures = Mutex<[String: String]>([:])
  let waiters = Mutex<[Waiter]>([])
  private let attemptCounts = Mutex<[AlertChannel: DeliveryTally]>([:])

  /// How attempts to tell somebody went since the start.
  package var attempts: [AlertChannel: DeliveryTally] {
    let counts = attemptCounts.withLock { $0 }
    return Dictionary(
      uniqueKeysWithValues: AlertChannel.allCases.map { ($0, counts[$0] ?? DeliveryTally()) }
    )
  }

  func countAttempt(_ channel: AlertChannel, isSent: Bool) {
    attemptCounts.withLock {
      if isSent {
        $0[channel, default: DeliveryTally()].sent += 1
      } else {
        $0[channel, default: DeliveryTally()].failed += 1
      }
    }
  }

  /// Somebody who waits for the outcome of a notice.
  struct Waiter: Sendable {
    var notice: Int64
    /// µs; answered by then.
    var ends: Int64
    var outcome: Outcome
  }

  /// A service on a store of its own; `committed` says how much of the log is durable.
  package init(
    settings: AlertSettings,
    surroundings: AlertSurroundings,
    store: SharedAlertStore,
    secrets: any AlertSecrets,
    mail: any MailTransport,
    web: any WebTransport,
    journal: sending any JournalDisk,
    committed: @escaping @Sendable () -> Position
  ) {
    self.settings = settings
    self.surroundings = surroundings
    self.store = store
    self.secrets = secrets
    self.mail = mail
    self.web = web
    self.journal = Mutex(journal)
    self.committed = committed
    channels = Dictionary(
      uniqueKeysWithValues: AlertChannel.allCases.map { ($0, Pulse()) }
    )
  }

  /// Bytes of the log that are not followed yet.
  package var lagBytes: UInt64 {
    let end = committed().bytes
    let place = followed.load(ordering: .relaxed)
    return place > end ? 0 : end - place
  }

  /// Whether erasures before a place of the log were carried out, in the file too.
  package func hasErased(before position: Position) -> Bool {
    followedPosition > position && !isToBeScrubbed.load(ordering: .relaxed)
  }

  /// How far the log was followed.
  package var followedPosition: Position {
    Position(bytes: followed.load(ordering: .relaxed))
  }

  /// Starts the threads; a cursor that is lost starts at the head before anything new comes.
  package func start() {
    let loops = channels.keys.map { ($0, ChannelLoop($0, self)) }
    started.withLock { $0 = loops.map(\.1) }
    attempt("find its place in the log") { try findPlace() }
    for (channel, loop) in loops {
      attempt("find the place of \(channel.word)") {
        try store.use { store throws(StoreError) in
          try loop.findPlace(store)
          try store.recover(channel)
        }
      }
    }
    follower.start("alerts-log") { [self] in
      attempt("follow the log") { while !follower.isStopping, try follow() {} }
      return 0.2
    }
    prices.start("alerts-prices") { [self] in lookAtPrices() }
    clock.start("alerts-clock") { [self] in
      attempt("keep time") { try keepTime() }
      return 0.5
    }
    for (channel, loop) in loops {
      guard let pulse = channels[channel] else { continue }
      pulse.start("alerts-\(channel.word)") { [self] in
        attempt("deliver by \(channel.word)") { while !pulse.isStopping, try loop.round() {} }
        return 0.5
      }
    }
  }

  /// Ends the threads; the transports should have been told to give up before.
  package func stop() {
    for pulse in [follower, prices, clock] + Array(channels.values) { pulse.stop() }
    for loop in started.withLock({ $0 }) { loop.finish() }
    let left = waiters.withLock { waiters in
      defer { waiters = [] }
      return waiters
    }
    for waiter in left { waiter.outcome(DeliveryTally()) }
  }

  /// Does something that is tried again at the next round where it fails; says so now and then.
  func attempt(_ what: String, _ body: () throws -> Void) {
    do {
      try body()
      noteFailure(of: what, nil)
    } catch {
      noteFailure(of: what, "\(error)")
      let now = surroundings.now()
      let isNews = complaints.withLock { complaints in
        if let last = complaints[what], (last..<last + AlertService.silence).contains(now) {
          return false
        }
        complaints[what] = now
        return true
      }
      if isNews { surroundings.note("alerts: cannot \(what): \(error)") }
    }
  }

  /// Notes what fails, and tells the program where that changes how the service is.
  private func noteFailure(of what: String, _ failure: String?) {
    let (before, after) = failures.withLock { failures in
      let before = failures.min { $0.key < $1.key }?.value
      failures[what] = failure.map { "cannot \(what): \($0)" }
      return (before, failures.min { $0.key < $1.key }?.value)
    }
    if before != after { surroundings.condition(after) }
  }

  private static let silence = 60 * Timestamp.microsecondsPerSecond

  /// Has deliveries made soon whose time has come.
  package func deliverSoon() { ringChannels() }

  /// The score from which on S1's route raises an alert.
  package var threshold: Float { settings.policy.threshold }

  func ringChannels() { for pulse in channels.values { pulse.ring() } }

  // MARK: time

  private static let expiryMicroseconds = 10 * Timestamp.microsecondsPerSecond

  private func keepTime() throws {
    let now = surroundings.now()
    let woken = try store.use { store throws(StoreError) in try store.wake(at: now) }
    if woken > 0 { ringChannels() }
    if try reportDay(at: now) { ringChannels() }
    let isDue = lastExpiry.withLock { last in
      guard now >= last + AlertService.expiryMicroseconds || now < last else { return false }
      last = now
      return true
    }
    guard isDue else { return }
    scrub()
    for (kind, life) in settings.life {
      try store.use { store throws(StoreError) in
        try store.expire(kind, before: now - life)
      }
      if kind == .price { for owner in 0..<256 { countPriceChange(of: Int64(owner)) } }
    }
  }

  /// Has the day before reported once its hour has come; whether it was.
  private func reportDay(at now: Int64) throws -> Bool {
    let perDay = Timestamp.microsecondsPerDay
    let today = Timestamp(microseconds: now).day
    let hour = Int64(settings.reportHour) * 3600 * Timestamp.microsecondsPerSecond
    let day = now >= today * perDay + hour ? today - 1 : today - 2
    return try store.use { store throws(StoreError) in
      guard let last = try store.lastReport() else {
        // A lost place starts at the head: no report of the past is sent again.
        try store.setLastReport(day)
        return false
      }
      if last >= day { return false }
      guard try store.subscribers().contains(where: { $0.list == .daily }) else {
        try store.setLastReport(day)
        return false
      }
      return try store.addReport(day: day, at: now) != nil
    }
  }

  // MARK: prices

  /// Whether prices are looked at (S0.15 ends it until the next start).
  package var looksAtPrices: Bool { !pricesEnded.load(ordering: .relaxed) }

  package func endPrices() { pricesEnded.store(true, ordering: .relaxed) }

  /// Says that an owner's price alerts changed.
  package func countPriceChange(of owner: Int64) {
    priceRevisions.withLock { $0[Int(truncatingIfNeeded: owner & 255)] += 1 }
  }

  /// By which what was read of an owner's price alerts is known to be up to date.
  package func priceRevision(of owner: Int64) -> UInt64 {
    priceRevisions.withLock { $0[Int(truncatingIfNeeded: owner & 255)] }
  }

  /// Has prices looked at soon: there is a new alert.
  package func ringPrices() { prices.ring() }

  /// The coins of the last look at the feed; nil before the first.
  package var coins: CoinList? { seenCoins.withLock { $0 } }

  /// How many times in a row the feed has failed.
  package var priceFailures: Int { feedFailures.load(ordering: .relaxed) }

  private func lookAtPrices() -> Double {
    guard looksAtPrices else { return 60 }
    let interval = settings.priceSeconds
    let now = surroundings.now()
    do {
      let (isWanted, last) = try store.use { store throws(StoreError) in
        (try store.hasWaitingPrices(), try store.lastObservation())
      }
      guard isWanted else { return interval }
      let age = last.map { Double(now - $0) / 1e6 } ?? .infinity
      if age >= 0, age < interval { return interval - age }
      let coins = try PriceFeed(settings.priceFeed, web).coins()
      feedFailures.store(0, ordering: .relaxed)
      keep(coins)
      let triggered = try store.use { store throws(StoreError) in
        try store.observe(coins.prices, at: now)
      }
      for alert in triggered {
        countPriceChange(of: alert.owner)
        surroundings.note(
          "Send Email To \(maskedAddress(alert.owner)) for coin \(AlertText.plain(alert.coin))"
        )
      }
      if !triggered.isEmpty { ringChannels() }
      return interval
    } catch {
      let failures = feedFailures.add(1, ordering: .relaxed).newValue
      let wait = PriceFeed.pause(after: failures, interval, error)
      surroundings.note("alerts: no prices, trying again in \(Int(wait)) s: \(error)")
      return wait
    }
  }

  /// Keeps what the feed knows; lists that were read before may say otherwise.
  private func keep(_ coins: CoinList) {
    let isChanged = seenCoins.withLock { seen in
      defer { seen = coins }
      return seen.map { Set($0.prices.keys) } != Set(coins.prices.keys)
    }
    if isChanged { for owner in 0..<256 { countPriceChange(of: Int64(owner)) } }
  }
}
