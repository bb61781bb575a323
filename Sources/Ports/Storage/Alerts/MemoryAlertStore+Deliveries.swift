// Notices, deliveries, and who is told.
extension MemoryAlertStore {
  package func cursor(of channel: AlertChannel) throws(StoreError) -> Int64? { planned[channel] }

  package func newestNotice() throws(StoreError) -> Int64 { noticeRows.last?.id ?? 0 }

  package func notices(after id: Int64, limit: Int) throws(StoreError) -> [Notice] {
    Array(noticeRows.filter { $0.id > id }.prefix(limit))
  }

  package func notices(before id: Int64, limit: Int) throws(StoreError) -> [Notice] {
    Array(noticeRows.reversed().filter { $0.id < id }.prefix(limit))
  }

  package func notice(_ id: Int64) throws(StoreError) -> Notice? {
    noticeRows.first { $0.id == id }
  }

  package func addReport(day: Int64, at time: Int64) throws(StoreError) -> Int64? {
    if let reported, reported >= day { return nil }
    reported = day
    return notify(alert: 0, day: day, at: time)
  }

  package func lastReport() throws(StoreError) -> Int64? { reported }

  package func setLastReport(_ day: Int64) throws(StoreError) { reported = day }

  package func plan(
    _ new: [Delivery],
    channel: AlertChannel,
    upTo notice: Int64
  ) throws(StoreError) {
    for delivery in new {
      let isKnown = deliveries.contains {
        $0.channel == delivery.channel && $0.notice == delivery.notice
          && $0.recipient == delivery.recipient
      }
      if isKnown { continue }
      var delivery = delivery
      delivery.id = (deliveries.last?.id ?? 0) + 1
      deliveries.append(delivery)
    }
    planned[channel] = notice
  }

  private func change(
    where fits: (Delivery) -> Bool,
    _ change: (inout Delivery) -> Void
  ) -> Int {
    let places = deliveries.indices.filter { fits(deliveries[$0]) }
    for place in places { change(&deliveries[place]) }
    return places.count
  }

  package func recover(_ channel: AlertChannel) throws(StoreError) {
    _ = change(where: { $0.channel == channel && $0.state == .sending }) { $0.state = .pending }
  }

  package func due(
    _ channel: AlertChannel,
    at time: Int64,
    except recipients: Set<String>,
    limit: Int
  ) throws(StoreError) -> [Delivery] {
    let due = deliveries.filter {
      $0.channel == channel && $0.state == .pending && $0.next <= time
        && !recipients.contains($0.recipient)
    }
    return Array(due.sorted { ($0.next, $0.id) < ($1.next, $1.id) }.prefix(limit))
  }

  package func update(_ delivery: Delivery) throws(StoreError) {
    _ = change(where: { $0.id == delivery.id }) { $0 = delivery }
  }

  package func postpone(
    _ channel: AlertChannel,
    recipient: String?,
    until time: Int64
  ) throws(StoreError) {
    _ = change(
      where: {
        $0.channel == channel && $0.state == .pending && $0.next < time
          && (recipient == nil || recipient == $0.recipient)
      },
      { $0.next = time }
    )
  }

  package func tallies(_ notices: [Int64]) throws(StoreError) -> [Int64: DeliveryTally] {
    var tallies: [Int64: DeliveryTally] = [:]
    for delivery in deliveries where delivery.channel == .mail {
      guard notices.contains(delivery.notice) else { continue }
      tallies[delivery.notice, default: DeliveryTally()]
        .add(delivery.state, attempts: delivery.attempts)
    }
    return tallies
  }

  package func tally() throws(StoreError) -> DeliveryTally {
    var tally = DeliveryTally()
    for delivery in deliveries where delivery.channel == .mail {
      tally.add(delivery.state, attempts: delivery.attempts)
    }
    return tally
  }

  package func deadLetters(
    _ channel: AlertChannel,
    before id: Int64?,
    limit: Int
  ) throws(StoreError) -> [Delivery] {
    Array(
      deliveries.reversed().filter {
        $0.channel == channel && $0.state == .dead && $0.id < id ?? .max
      }.prefix(limit)
    )
  }

  package func replay(
    _ channel: AlertChannel,
    _ id: Int64?,
    at time: Int64
  ) throws(StoreError) -> Int {
    change(
      where: { $0.channel == channel && $0.state == .dead && (id == nil || id == $0.id) },
      {
        $0.state = .pending
        $0.attempts = 0
        $0.next = time
        $0.changed = time
      }
    )
  }

  // MARK: who is told

  package func add(_ subscriber: Subscriber) throws(StoreError) -> Subscriber? {
    let list = subscriberRows.filter { $0.list == subscriber.list }
    if let known = list.first(where: { $0.address == subscriber.address }) { return known }
    guard list.count < AlertLimit.subscribers else { return nil }
    subscriberCount += 1
    var subscriber = subscriber
    subscriber.id = subscriberCount
    subscriberRows.append(subscriber)
    return subscriber
  }

  package func removeSubscriber(_ id: Int64) throws(StoreError) -> Bool {
    let count = subscriberRows.count
    subscriberRows.removeAll { $0.id == id }
    return subscriberRows.count < count
  }

  package func subscribers() throws(StoreError) -> [Subscriber] { subscriberRows }

  package func add(_ webhook: Webhook) throws(StoreError) -> Webhook? {
    guard webhookRows.count < AlertLimit.webhooks else { return nil }
    webhookCount += 1
    var webhook = webhook
    webhook.id = webhookCount
    webhookRows.append(webhook)
    return webhook
  }

  package func removeWebhook(_ id: Int64) throws(StoreError) -> Bool {
    guard let place = webhookRows.firstIndex(where: { $0.id == id }) else { return false }
    webhookRows.remove(at: place)
    deliveries.removeAll { $0.recipient == "webhook:\(id)" && $0.state != .sent }
    return true
  }

  package func webhooks() throws(StoreError) -> [Webhook] { webhookRows }

  package func setContact(_ sealed: [UInt8], of subject: String) throws(StoreError) -> Bool {
    guard contacts[subject] != nil || contacts.count < AlertLimit.contacts else { return false }
    contacts[subject] = sealed
    return true
  }

  package func contact(of subject: String) throws(StoreError) -> [UInt8]? { contacts[subject] }

  package func removeContact(of subject: String) throws(StoreError) -> Bool {
    contacts.removeValue(forKey: subject) != nil
  }
}
