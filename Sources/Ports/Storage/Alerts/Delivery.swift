/// A way by which people and programs are told.
package enum AlertChannel: UInt8, Sendable, CaseIterable {
  case mail = 0
  case webhook = 1
  case console = 2

  package var word: String {
    switch self {
    case .mail: "mail"
    case .webhook: "webhook"
    case .console: "console"
    }
  }
}

/// Something that the channels have to tell, in the order in which it happened.
package struct Notice: Sendable, Hashable {
  package var id: Int64
  /// The alert it is about; 0 for a daily report.
  package var alert: Int64
  /// The day of a daily report, counted from 1970; else 0.
  package var day: Int64
  /// µs since 1970.
  package var created: Int64

  package init(id: Int64, alert: Int64, day: Int64 = 0, created: Int64) {
    self.id = id
    self.alert = alert
    self.day = day
    self.created = created
  }
}

/// How far a delivery has come.
package enum DeliveryState: UInt8, Sendable, CaseIterable {
  case pending = 0
  /// It was begun; after a crash nobody knows whether it arrived, and it is sent again.
  case sending = 1
  case sent = 2
  /// It was given up: a dead letter.
  case dead = 3
  /// There was no way to send it.
  case skipped = 4

  package var word: String {
    switch self {
    case .pending: "pending"
    case .sending: "sending"
    case .sent: "sent"
    case .dead: "dead"
    case .skipped: "skipped"
    }
  }
}

/// One notice to one recipient by one channel.
package struct Delivery: Sendable, Hashable {
  package var id: Int64 = 0
  package var channel: AlertChannel
  package var notice: Int64
  /// Such as `subscriber:3`, `user:7`, `holder:TOKEN` or `webhook:1`: never an address.
  package var recipient: String
  package var state: DeliveryState
  package var attempts = 0
  /// When it is to be tried next, µs.
  package var next: Int64
  /// µs since 1970.
  package var changed: Int64
  /// Why it did not arrive, without addresses and secrets.
  package var problem = ""

  package init(
    channel: AlertChannel,
    notice: Int64,
    recipient: String,
    state: DeliveryState = .pending,
    at time: Int64
  ) {
    self.channel = channel
    self.notice = notice
    self.recipient = recipient
    self.state = state
    next = time
    changed = time
  }
}

/// How many deliveries of a channel arrived, and how many did not.
package struct DeliveryTally: Sendable, Hashable {
  package var sent = 0
  package var failed = 0
  /// Not tried yet; those that failed and are tried again count as failed.
  package var untried = 0

  package init() {}

  package mutating func add(_ state: DeliveryState, attempts: Int, count: Int = 1) {
    switch state {
    case .sent: sent += count
    case .dead, .skipped: failed += count
    case .pending: if attempts > 0 { failed += count } else { untried += count }
    case .sending: untried += count
    }
  }
}

/// Who is told of what by mail (S1.36).
package enum SubscriberList: UInt8, Sendable, CaseIterable {
  case highRisk = 0
  case system = 1
  case daily = 2

  package var word: String {
    switch self {
    case .highRisk: "high_risk_alerts"
    case .system: "system_alerts"
    case .daily: "daily_reports"
    }
  }

  package init?(word: String) {
    guard let found = SubscriberList.allCases.first(where: { $0.word == word }) else { return nil }
    self = found
  }
}

/// Somebody who is told by mail.
package struct Subscriber: Sendable, Hashable {
  package var id: Int64
  package var list: SubscriberList
  package var address: String
  package var name: String

  package init(id: Int64 = 0, list: SubscriberList, address: String, name: String) {
    self.id = id
    self.list = list
    self.address = address
    self.name = name
  }

  /// Those of a fresh store, as in S1.
  package static let initial = [
    Subscriber(list: .highRisk, address: "security@example.com", name: "Security Team"),
    Subscriber(list: .system, address: "admin@example.com", name: "System Administrator"),
  ]
}

/// A program that is told by a signed request.
package struct Webhook: Sendable, Hashable {
  package var id: Int64
  package var url: String
  /// The secret that signs, sealed.
  package var secret: [UInt8]
  package var kinds: [AlertKind]
  /// µs since 1970.
  package var created: Int64

  package init(id: Int64 = 0, url: String, secret: [UInt8], kinds: [AlertKind], created: Int64) {
    self.id = id
    self.url = url
    self.secret = secret
    self.kinds = kinds
    self.created = created
  }
}
