import Foundation
import Messaging
import Payments
import Storage
import Synchronization

/// One channel: plans the deliveries of new notices, and makes those whose time has come.
///
/// A delivery is marked before it is begun and after it is done, each durably: a crash between the
/// two repeats that one and no other. Receivers of webhooks are told beside one another, each of
/// them one thing after the other; mail goes by one server, and the console is one.
final class ChannelLoop: Sendable {
  /// Notices that are planned at a time, and deliveries that are made before the next look.
  private static let stretch = 64
  private static let pauseSecondsMax = 3600.0
  /// Receivers of webhooks that are told at a time.
  private static let receiversMax = 8

  private let channel: AlertChannel
  private let service: AlertService
  private let crew: DeliveryCrew

  init(_ channel: AlertChannel, _ service: AlertService) {
    self.channel = channel
    self.service = service
    crew = DeliveryCrew(size: channel == .webhook ? ChannelLoop.receiversMax : 1)
  }

  /// How an attempt went.
  private enum Attempt {
    case sent
    case skipped(String)
    case given(up: String)
    /// To be tried again; `all` puts off what goes the same way too.
    case failed(String, all: Bool)
    case stopped
  }

  /// What a delivery is about.
  private struct Work {
    var delivery: Delivery
    var notice: Notice
    var alert: Alert?
  }

  /// Whether something broke off: nobody knows how a delivery went.
  private let isUnsure = Atomic<Bool>(false)

  /// Plans and delivers; false where nothing is left to be begun now.
  func round() throws -> Bool {
    if isUnsure.load(ordering: .relaxed) {
      // Those that are being made are no leftovers.
      guard crew.recipients.isEmpty else { return false }
      try service.store.use { store throws(StoreError) in try store.recover(channel) }
      isUnsure.store(false, ordering: .relaxed)
    }
    do {
      return try work()
    } catch {
      isUnsure.store(true, ordering: .relaxed)
      throw error
    }
  }

  /// Lets the deliveries that are being made come to their end.
  func finish() { crew.finish() }

  private func work() throws -> Bool {
    var isBusy = try plan()
    for _ in 0..<ChannelLoop.stretch {
      if service.channels[channel]?.isStopping == true { return false }
      // One at a time: a failure may put off those behind it.
      guard let delivery = try next() else { break }
      isBusy = true
      if crew.size > 1 {
        begin(delivery)
      } else {
        try make(delivery)
      }
      if channel == .mail { try answerWaiters() }
    }
    if channel == .mail { try answerWaiters() }
    return isBusy
  }

  /// The delivery that is made next; nil where none is due, or all of the crew are at work.
  private func next() throws -> Delivery? {
    let (channel, busy) = (channel, crew.recipients)
    guard busy.count < crew.size, !isUnsure.load(ordering: .relaxed) else { return nil }
    let now = service.surroundings.now()
    return try service.store.use { store throws(StoreError) in
      try store.due(channel, at: now, except: busy, limit: 1).first
    }
  }

  /// Has the crew make a delivery; the loop goes on, and is rung when that is done.
  private func begin(_ delivery: Delivery) {
    crew.make(to: delivery.recipient) { [self] in
      service.attempt("deliver by \(channel.word)") {
        do {
          try make(delivery)
        } catch {
          isUnsure.store(true, ordering: .relaxed)
          throw error
        }
      }
    } done: { [self] in
      service.channels[channel]?.ring()
    }
  }

  // MARK: planning

  /// The last notice that was planned; a lost cursor starts at the head: what was told is not told
  /// again.
  @discardableResult
  func findPlace(_ store: any AlertStore) throws(StoreError) -> Int64 {
    if let cursor = try store.cursor(of: channel) { return cursor }
    let head = try store.newestNotice()
    try store.plan([], channel: channel, upTo: head)
    return head
  }

  private func plan() throws -> Bool {
    let channel = channel
    // In one go: a notice that were erased in between would leave deliveries of nothing.
    return try service.store.use { store throws(StoreError) in
      let cursor = try findPlace(store)
      let notices = try store.notices(after: cursor, limit: ChannelLoop.stretch)
      guard let last = notices.last else { return false }
      var deliveries: [Delivery] = []
      for notice in notices {
        for recipient in try recipients(notice, try store.alert(notice.alert), store) {
          deliveries.append(
            Delivery(
              channel: channel,
              notice: notice.id,
              recipient: recipient,
              at: service.surroundings.now()
            )
          )
        }
      }
      try store.plan(deliveries, channel: channel, upTo: last.id)
      return true
    }
  }

  private func recipients(
    _ notice: Notice,
    _ alert: Alert?,
    _ store: any AlertStore
  ) throws(StoreError) -> [String] {
    switch channel {
    case .console: return service.settings.printsAlerts && alert != nil ? ["console"] : []
    case .webhook:
      guard let alert else { return [] }
      return try store.webhooks().filter { $0.kinds.contains(alert.kind) }.map {
        "webhook:\($0.id)"
      }
    case .mail:
      let list: SubscriberList
      switch alert?.kind {
      case .price: return alert.map { ["user:\($0.owner)"] } ?? []
      case .fraud: list = .highRisk
      case .system: list = .system
      case nil where notice.day > 0: list = .daily
      case nil: return []
      }
      var found = try store.subscribers().filter { $0.list == list }.map { "subscriber:\($0.id)" }
      if let alert, let account = alert.subject?.account, !account.isEmpty {
        let holder = service.secrets.subject(source: alert.source, account: account)
        if try store.contact(of: holder) != nil { found.append("holder:\(holder)") }
      }
      return found
    }
  }

  // MARK: delivering

  private func make(_ delivery: Delivery) throws {
    var delivery = delivery
    delivery.state = .sending
    delivery.attempts += 1
    delivery.changed = service.surroundings.now()
    let begun = delivery
    let work = try service.store.use { store throws(StoreError) -> Work? in
      guard let notice = try store.notice(begun.notice) else {
        // Removed with its alert: there is nothing to tell any more.
        var ended = begun
        ended.state = .skipped
        ended.problem = "the alert is gone"
        try store.update(ended)
        return nil
      }
      try store.update(begun)
      return Work(delivery: begun, notice: notice, alert: try store.alert(notice.alert))
    }
    guard let work else { return }
    try finish(delivery, attempt(work))
  }

  private func attempt(_ work: Work) -> Attempt {
    switch channel {
    case .mail: return mail(work)
    case .webhook: return post(work)
    case .console:
      guard let alert = work.alert else { return .skipped("the alert is gone") }
      service.surroundings.print(
        AlertText.line(alert, owner: service.maskedAddress(alert.owner))
      )
      return .sent
    }
  }

  private func finish(_ delivery: Delivery, _ attempt: Attempt) throws(StoreError) {
    var delivery = delivery
    let settings = service.settings
    let now = service.surroundings.now()
    var putOff: (recipient: String?, until: Int64)?
    delivery.changed = now
    delivery.problem = ""
    switch attempt {
    case .sent: delivery.state = .sent
    case .skipped(let why):
      delivery.state = .skipped
      delivery.problem = why
    case .given(let why):
      delivery.state = .dead
      delivery.problem = why
    case .stopped:
      delivery.state = .pending
      delivery.attempts -= 1
    case .failed(let why, let all):
      delivery.problem = why
      let doubled = settings.retrySeconds * pow(2, Double(min(delivery.attempts, 40) - 1))
      delivery.next = now + Int64(min(doubled, ChannelLoop.pauseSecondsMax) * 1e6)
      delivery.state = delivery.attempts < settings.attemptsMax ? .pending : .dead
      if all { putOff = (channel == .mail ? nil : delivery.recipient, delivery.next) }
    }
    if delivery.attempts > 0 {
      service.countAttempt(self.channel, isSent: delivery.state == .sent)
    }
    let (channel, written, others) = (channel, delivery, putOff)
    try service.store.use { store throws(StoreError) in
      try store.update(written)
      if let others {
        try store.postpone(channel, recipient: others.recipient, until: others.until)
      }
    }
  }

  private func mail(_ work: Work) -> Attempt {
    guard service.mail.isConfigured else { return .skipped("there is no mail server") }
    let parts = work.delivery.recipient.split(separator: ":", maxSplits: 1).map(String.init)
    let address: String?
    do {
      address = try service.address(parts.first ?? "", parts.last ?? "")
    } catch {
      return .failed("the store cannot say whom to write to", all: true)
    }
    guard let address else { return .skipped("the recipient is gone") }
    guard let letter = letter(work, isHolder: parts.first == "holder") else {
      return .skipped("the alert is gone")
    }
    do throws(MessagingError) {
      try service.mail.send(
        MailMessage(
          id: try identifier(work),
          address: address,
          subject: letter.subject,
          text: letter.text,
          html: letter.html
        )
      )
      return .sent
    } catch {
      return ChannelLoop.failure(error)
    }
  }

  private func letter(_ work: Work, isHolder: Bool) -> AlertText.Letter? {
    guard let alert = work.alert else {
      guard work.notice.day > 0 else { return nil }
      return AlertText.report(work.notice.day, service.reportFigures(work.notice.day))
    }
    return isHolder ? AlertText.holder(alert) : AlertText.letter(alert)
  }

  private func post(_ work: Work) -> Attempt {
    guard let alert = work.alert else { return .skipped("the alert is gone") }
    let number = Int64(work.delivery.recipient.dropFirst("webhook:".count)) ?? 0
    do {
      let webhook = try service.store.use { store throws(StoreError) in
        try store.webhooks().first { $0.id == number }
      }
      guard let webhook else { return .skipped("the webhook is gone") }
      guard let secret = service.secrets.open(webhook.secret, of: nil) else {
        return .given(up: "the webhook's secret cannot be read")
      }
      let id = try identifier(work)
      let body = AlertText.json(alert, notice: work.notice, id: id)
      let time = service.surroundings.now() / 1_000_000
      let signature = service.secrets.authenticate(Array("\(time).".utf8) + body, key: secret)
      let answer = try service.web.post(
        webhook.url,
        fields: [
          ("X-Assay-Delivery", id),
          ("X-Assay-Signature", "t=\(time),v1=\(AlertText.hexadecimal(signature))"),
        ],
        json: body
      )
      if (200..<300).contains(answer.status) { return .sent }
      return .failed("the receiver answers \(answer.status)", all: true)
    } catch let error as MessagingError {
      return ChannelLoop.failure(error)
    } catch {
      return .failed("the store cannot be read", all: true)
    }
  }

  private static func failure(_ error: MessagingError) -> Attempt {
    switch error.code {
    case .stopped: .stopped
    case .rejected, .invalid: .given(up: error.description)
    case .busy: .failed(error.description, all: false)
    case .unreachable, .untrusted, .unauthorized: .failed(error.description, all: true)
    }
  }

  /// The name of a delivery, the same at each attempt and in no other store.
  private func identifier(_ work: Work) throws(MessagingError) -> String {
    let recipient = work.delivery.recipient.replacing(":", with: "-")
    // Without its id the store cannot be used for anything else either.
    guard let id = try? service.store.use({ store throws(StoreError) in try store.storeID() })
    else { throw MessagingError(.unreachable, "the store cannot be read") }
    return "assay-\(id)-\(work.notice.id)-\(recipient)"
  }

  // MARK: those who wait

  private func answerWaiters() throws {
    let now = service.surroundings.now()
    let waiting = service.waiters.withLock { $0 }
    if waiting.isEmpty { return }
    let (planned, tallies, open) = try service.store.use { store throws(StoreError) in
      (
        try store.cursor(of: .mail) ?? 0, try store.tallies(waiting.map(\.notice)),
        Set(try store.due(.mail, at: now, limit: AlertQuery.limitMax).map(\.notice))
      )
    }
    let done = waiting.filter { waiter in
      now >= waiter.ends || (waiter.notice <= planned && !open.contains(waiter.notice))
    }
    let numbers = Set(done.map(\.notice))
    service.waiters.withLock { $0.removeAll { numbers.contains($0.notice) } }
    for waiter in done { waiter.outcome(tallies[waiter.notice] ?? DeliveryTally()) }
  }
}
