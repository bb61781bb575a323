/// Which alerts are wanted.
package struct AlertQuery: Sendable, Hashable {
  package static let limitMax = 1000

  package var kind: AlertKind?
  /// Nil for all.
  package var states: Set<AlertState>?
  package var source: String?
  package var owner: Int64?
  /// Only those seen last at this instant or later, µs.
  package var since: Int64?
  /// Oldest first instead of newest first.
  package var isAscending = false
  /// Only those behind this id, in the order asked for.
  package var after: Int64?
  /// How many of those that match are passed over.
  package var offset = 0
  package var limit: Int

  package init(limit: Int) { self.limit = min(max(limit, 1), AlertQuery.limitMax) }
}

/// How much a store of alerts holds.
package enum AlertLimit {
  /// Transactions that alerts count; the oldest go first.
  package static let transactions = 1_000_000
  /// Price alerts of one user that wait.
  package static let waitingPrices = 1000
  package static let subscribers = 1000
  package static let webhooks = 100
  package static let contacts = 10_000_000
  /// Coins whose last price is kept.
  package static let coins = 10_000
}

/// Alerts with those who are told of them, and how far each telling has come.
///
/// One thread uses a store at a time. What a call has changed is durable when it returns.
package protocol AlertStore: AnyObject {
  /// Made at random with the store, so that ids of deliveries differ from those of other stores.
  func storeID() throws(StoreError) -> String

  // Alerts.

  /// Raises alerts or counts hits for those of the window (µs), with the cursor of the log that the
  /// hits were read from, in one transaction.
  func raise(
    _ hits: [AlertHit],
    window: Int64,
    upTo cursor: StoreCursor?
  ) throws(StoreError) -> [RaisedAlert]

  /// Adds a price alert; nil where its owner has the same one waiting, or too many.
  func add(price alert: Alert) throws(StoreError) -> Alert?

  func alert(_ id: Int64) throws(StoreError) -> Alert?

  /// Alerts that match, newest id first unless the query says otherwise.
  func alerts(_ query: AlertQuery) throws(StoreError) -> [Alert]

  /// How many alerts there are of each kind and state.
  func alertCounts() throws(StoreError) -> [AlertKind: [AlertState: Int]]

  /// Changes an alert's state where the state machine allows it, and tells channels of a trigger.
  func change(
    _ id: Int64,
    _ change: AlertChange,
    at time: Int64,
    until snoozed: Int64
  ) throws(StoreError) -> AlertChangeResult

  /// Resolves the alert of a key that is open, if there is one.
  func resolve(_ kind: AlertKind, key: String, at time: Int64) throws(StoreError)

  /// Ends snoozes that are over, which channels tell; how many.
  func wake(at time: Int64) throws(StoreError) -> Int

  /// Transactions that alerts count, latest event time first.
  func transactions(
    alert: Int64?,
    source: String?,
    limit: Int
  ) throws(StoreError) -> [AlertedTransaction]

  /// Removes alerts of a kind that were seen last before an instant, with all that belongs to them.
  func expire(_ kind: AlertKind, before time: Int64) throws(StoreError)

  /// Removes what there is of an account up to an instant: alerts about its transactions with
  /// all that belongs to them, its transactions that other alerts count, and how its holder, by the
  /// token that stands for it, is reached.
  func erase(
    _ account: String,
    of source: String,
    holder: String,
    until time: Int64
  ) throws(StoreError)

  /// Overwrites what was erased wherever the store's file still has it.
  func scrub() throws(StoreError)

  // Prices.

  /// Takes in the prices of an instant; the alerts that they trigger.
  func observe(_ prices: [String: Double], at time: Int64) throws(StoreError) -> [Alert]

  /// When prices were taken in last, µs; nil before the first time.
  func lastObservation() throws(StoreError) -> Int64?

  /// Whether any price alert waits.
  func hasWaitingPrices() throws(StoreError) -> Bool

  // Cursors and notices.

  /// How far the log was followed; nil for a store that never was.
  func logCursor() throws(StoreError) -> StoreCursor?

  func setLogCursor(_ cursor: StoreCursor) throws(StoreError)

  /// The last notice that a channel has planned; nil where the cursor is lost.
  func cursor(of channel: AlertChannel) throws(StoreError) -> Int64?

  /// The newest notice's id; 0 where there is none.
  func newestNotice() throws(StoreError) -> Int64

  /// Notices behind an id, in order.
  func notices(after id: Int64, limit: Int) throws(StoreError) -> [Notice]

  /// Notices before an id, newest first.
  func notices(before id: Int64, limit: Int) throws(StoreError) -> [Notice]

  func notice(_ id: Int64) throws(StoreError) -> Notice?

  /// Writes the notice of a day's report; nil where that day or a later one has been reported.
  func addReport(day: Int64, at time: Int64) throws(StoreError) -> Int64?

  /// The last day that was reported; nil where that is lost.
  func lastReport() throws(StoreError) -> Int64?

  /// Says up to which day nothing is to be reported any more.
  func setLastReport(_ day: Int64) throws(StoreError)

  // Deliveries.

  /// Writes deliveries that are not there yet and moves a channel's cursor, in one transaction.
  func plan(
    _ deliveries: [Delivery],
    channel: AlertChannel,
    upTo notice: Int64
  ) throws(StoreError)

  /// Makes deliveries that a crash cut off pending again.
  func recover(_ channel: AlertChannel) throws(StoreError)

  /// Deliveries whose time has come, those that wait longest first, without those to some
  /// recipients.
  func due(
    _ channel: AlertChannel,
    at time: Int64,
    except recipients: Set<String>,
    limit: Int
  ) throws(StoreError) -> [Delivery]

  /// Writes how far a delivery has come.
  func update(_ delivery: Delivery) throws(StoreError)

  /// Puts off all pending deliveries of a channel, or of one recipient, until a time.
  func postpone(
    _ channel: AlertChannel,
    recipient: String?,
    until time: Int64
  ) throws(StoreError)

  /// How the mails of some notices went.
  func tallies(_ notices: [Int64]) throws(StoreError) -> [Int64: DeliveryTally]

  /// How all mails went.
  func tally() throws(StoreError) -> DeliveryTally

  /// What a channel gave up, newest first, before an id.
  func deadLetters(
    _ channel: AlertChannel,
    before id: Int64?,
    limit: Int
  ) throws(StoreError) -> [Delivery]

  /// Makes a dead letter pending again, all of a channel's where the id is nil; how many.
  func replay(_ channel: AlertChannel, _ id: Int64?, at time: Int64) throws(StoreError) -> Int

  /// How many notices there are of each kind of alert.
  func noticeCounts() throws(StoreError) -> [AlertKind: Int]

  // Who is told.

  /// Adds a subscriber; the one that is there where the address is on the list already, nil where
  /// the list is full.
  func add(_ subscriber: Subscriber) throws(StoreError) -> Subscriber?

  func removeSubscriber(_ id: Int64) throws(StoreError) -> Bool

  func subscribers() throws(StoreError) -> [Subscriber]

  /// Adds a webhook; nil where there are too many.
  func add(_ webhook: Webhook) throws(StoreError) -> Webhook?

  /// Removes a webhook and what is still to be delivered to it.
  func removeWebhook(_ id: Int64) throws(StoreError) -> Bool

  func webhooks() throws(StoreError) -> [Webhook]

  /// Keeps the sealed address of an account holder; false where there are too many.
  func setContact(_ sealed: [UInt8], of subject: String) throws(StoreError) -> Bool

  func contact(of subject: String) throws(StoreError) -> [UInt8]?

  func removeContact(of subject: String) throws(StoreError) -> Bool
}

extension AlertStore {
  /// Deliveries whose time has come, to anybody.
  package func due(
    _ channel: AlertChannel,
    at time: Int64,
    limit: Int
  ) throws(StoreError) -> [Delivery] {
    try due(channel, at: time, except: [], limit: limit)
  }
}
