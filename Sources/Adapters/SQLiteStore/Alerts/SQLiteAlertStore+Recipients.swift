package import Storage

// Who is told: subscribers, webhooks, account holders.
extension SQLiteAlertStore {
  package func add(_ subscriber: Subscriber) throws(StoreError) -> Subscriber? {
    let operation = "add a subscriber"
    return try change(to: operation) { () throws(StoreError) in
      let list = try subscribers().filter { $0.list == subscriber.list }
      if let known = list.first(where: { $0.address == subscriber.address }) { return known }
      guard list.count < AlertLimit.subscribers else { return nil }
      var subscriber = subscriber
      subscriber.id =
        try number(
          "INSERT INTO subscriber (list, address, name) VALUES (?, ?, ?) RETURNING id",
          Int64(subscriber.list.rawValue),
          subscriber.address,
          subscriber.name,
          to: operation
        ) ?? 0
      return subscriber
    }
  }

  package func removeSubscriber(_ id: Int64) throws(StoreError) -> Bool {
    try statement("DELETE FROM subscriber WHERE id = ?", id, to: "remove a subscriber").run()
    return connection.changes == 1
  }

  package func subscribers() throws(StoreError) -> [Subscriber] {
    let rows = try statement(
      "SELECT id, list, address, name FROM subscriber ORDER BY id",
      to: "read subscribers"
    )
    var found: [Subscriber] = []
    while try rows.next() {
      guard let list = UInt8(exactly: rows.integer(1)).flatMap(SubscriberList.init(rawValue:))
      else { continue }
      found.append(
        Subscriber(id: rows.integer(0), list: list, address: rows.text(2), name: rows.text(3))
      )
    }
    return found
  }

  package func add(_ webhook: Webhook) throws(StoreError) -> Webhook? {
    let operation = "add a webhook"
    return try change(to: operation) { () throws(StoreError) in
      let count = try number("SELECT count(*) FROM webhook", to: operation) ?? 0
      guard count < AlertLimit.webhooks else { return nil }
      var webhook = webhook
      webhook.id =
        try number(
          "INSERT INTO webhook (url, secret, kinds, created) VALUES (?, ?, ?, ?) RETURNING id",
          webhook.url,
          webhook.secret,
          webhook.kinds.reduce(Int64(0)) { $0 | 1 << Int64($1.rawValue) },
          webhook.created,
          to: operation
        ) ?? 0
      return webhook
    }
  }

  package func removeWebhook(_ id: Int64) throws(StoreError) -> Bool {
    let operation = "remove a webhook"
    return try change(to: operation) { () throws(StoreError) in
      try statement("DELETE FROM webhook WHERE id = ?", id, to: operation).run()
      guard connection.changes == 1 else { return false }
      try statement(
        "DELETE FROM delivery WHERE channel = 1 AND recipient = ? AND state <> 2",
        "webhook:\(id)",
        to: operation
      ).run()
      return true
    }
  }

  package func webhooks() throws(StoreError) -> [Webhook] {
    let rows = try statement(
      "SELECT id, url, secret, kinds, created FROM webhook ORDER BY id",
      to: "read webhooks"
    )
    var found: [Webhook] = []
    while try rows.next() {
      let kinds = rows.integer(3)
      found.append(
        Webhook(
          id: rows.integer(0),
          url: rows.text(1),
          secret: rows.bytes(2),
          kinds: AlertKind.allCases.filter { kinds & 1 << Int64($0.rawValue) != 0 },
          created: rows.integer(4)
        )
      )
    }
    return found
  }

  package func setContact(_ sealed: [UInt8], of subject: String) throws(StoreError) -> Bool {
    let operation = "keep a contact"
    return try change(to: operation) { () throws(StoreError) in
      let isKnown = try contact(of: subject) != nil
      let count =
        isKnown ? 0 : try number("SELECT count(*) FROM contact", to: operation) ?? 0
      guard count < AlertLimit.contacts else { return false }
      try statement("INSERT OR REPLACE INTO contact VALUES (?, ?)", subject, sealed, to: operation)
        .run()
      return true
    }
  }

  package func contact(of subject: String) throws(StoreError) -> [UInt8]? {
    try statement("SELECT sealed FROM contact WHERE subject = ?", subject, to: "read a contact")
      .first { $0.bytes(0) }
  }

  package func removeContact(of subject: String) throws(StoreError) -> Bool {
    try statement("DELETE FROM contact WHERE subject = ?", subject, to: "remove a contact").run()
    return connection.changes == 1
  }
}
