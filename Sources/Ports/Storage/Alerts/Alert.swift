/// What an alert is about.
package enum AlertKind: UInt8, Sendable, CaseIterable {
  /// A price that somebody waits for.
  case price = 0
  /// Decisions that take a payment for fraud.
  case fraud = 1
  /// The machine or a part of the program.
  case system = 2

  /// The word in JSON and settings.
  package var word: String {
    switch self {
    case .price: "price"
    case .fraud: "fraud"
    case .system: "system"
    }
  }

  package init?(word: String) {
    guard let found = AlertKind.allCases.first(where: { $0.word == word }) else { return nil }
    self = found
  }
}

/// How much an alert matters.
package enum AlertSeverity: UInt8, Sendable, CaseIterable {
  case warning = 0
  case critical = 1

  package var word: String { self == .critical ? "critical" : "warning" }
}

/// The transaction that an alert was raised for.
package struct AlertSubject: Sendable, Hashable {
  package var transactionID: String
  /// How it was paid, or its type; empty where the client did not say.
  package var channel: String
  /// As a decimal, in units of the source's currency.
  package var amount: String
  /// The probability of fraud; not-a-number where it is not known.
  package var score: Double
  package var account: String
  package var counterparty: String
  /// Event time, µs.
  package var time: Int64
  /// Of the transaction's entry; 0 where the log has none.
  package var position: UInt64

  package init(
    transactionID: String,
    channel: String = "",
    amount: String = "",
    score: Double = .nan,
    account: String = "",
    counterparty: String = "",
    time: Int64 = 0,
    position: UInt64 = 0
  ) {
    self.transactionID = transactionID
    self.channel = channel
    self.amount = amount
    self.score = score
    self.account = account
    self.counterparty = counterparty
    self.time = time
    self.position = position
  }

  package static func == (a: AlertSubject, b: AlertSubject) -> Bool {
    a.transactionID == b.transactionID && a.channel == b.channel && a.amount == b.amount
      && (a.score == b.score || (a.score.isNaN && b.score.isNaN)) && a.account == b.account
      && a.counterparty == b.counterparty && a.time == b.time && a.position == b.position
  }
}

/// Something that somebody should know of, in one table whatever it is about.
package struct Alert: Sendable, Hashable {
  package static let textBytesMax = 1000
  package static let detailsBytesMax = 8 << 10

  package var id: Int64 = 0
  package var kind: AlertKind
  package var state: AlertState
  /// The name of the transactions' source; empty where it is about none.
  package var source = ""
  /// What hits are grouped by, within the kind.
  package var key: String
  package var severity = AlertSeverity.warning
  /// Such as `fraud_alert` or `high_memory`.
  package var type: String
  package var message: String
  /// A JSON object, or empty.
  package var details = ""
  /// How often it was seen.
  package var count = 1
  /// µs since 1970, as the three that follow.
  package var created: Int64
  package var changed: Int64
  package var lastSeen: Int64
  /// While it is snoozed; else 0.
  package var snoozedUntil: Int64 = 0
  /// The user whose price alert it is; else 0.
  package var owner: Int64 = 0
  package var coin = ""
  /// The price that is waited for, as it was written.
  package var target = ""
  /// For alerts about fraud: the transaction that raised it.
  package var subject: AlertSubject?

  package init(
    kind: AlertKind,
    state: AlertState,
    key: String,
    type: String,
    message: String,
    at time: Int64
  ) {
    self.kind = kind
    self.state = state
    self.key = key
    self.type = type
    self.message = message
    created = time
    changed = time
    lastSeen = time
  }

  /// Somebody's wish to know when a coin reaches a price.
  package init(owner: Int64, coin: String, target: String, at time: Int64) {
    self.init(
      kind: .price,
      state: .created,
      key: "\(owner)/\(coin)/\(target)",
      type: "price_alert",
      message: "\(coin) reaches \(target)",
      at: time
    )
    self.owner = owner
    self.coin = coin
    self.target = target
  }
}

/// Something that is worth an alert: it raises one, or counts for the one that is there.
package struct AlertHit: Sendable, Hashable {
  package var kind: AlertKind
  package var key: String
  package var source: String
  package var severity: AlertSeverity
  package var type: String
  package var message: String
  package var details: String
  package var subject: AlertSubject?
  /// µs since 1970.
  package var time: Int64

  package init(
    kind: AlertKind,
    key: String,
    source: String = "",
    severity: AlertSeverity = .warning,
    type: String,
    message: String,
    details: String = "",
    subject: AlertSubject? = nil,
    at time: Int64
  ) {
    self.kind = kind
    self.key = key
    self.source = source
    self.severity = severity
    self.type = type
    self.message = message
    self.details = details
    self.subject = subject
    self.time = time
  }

  /// The alert that it raises where there is none to count it.
  package var alert: Alert {
    var alert = Alert(
      kind: kind,
      state: .triggered,
      key: key,
      type: type,
      message: message,
      at: time
    )
    alert.source = source
    alert.severity = severity
    alert.details = details
    alert.subject = subject
    return alert
  }

  /// Whether it counts for the newest alert of its key: one that is not older than the window.
  package func belongs(to alert: Alert, window: Int64) -> Bool {
    time < alert.created + window && alert.state != .deleted
  }
}

/// A transaction that an alert counts.
package struct AlertedTransaction: Sendable, Hashable {
  package var id: Int64
  package var alert: Int64
  package var source: String
  package var subject: AlertSubject
  /// When it was decided, µs.
  package var seen: Int64

  package init(id: Int64, alert: Int64, source: String, subject: AlertSubject, seen: Int64) {
    self.id = id
    self.alert = alert
    self.source = source
    self.subject = subject
    self.seen = seen
  }
}

/// What became of a hit.
package struct RaisedAlert: Sendable, Hashable {
  package var alert: Alert
  /// The notice that channels will deliver; nil where the hit only counted.
  package var notice: Int64?

  package init(alert: Alert, notice: Int64?) {
    self.alert = alert
    self.notice = notice
  }
}
