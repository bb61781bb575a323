import Foundation
import SQLiteStore
import Storage
import Testing

/// What every store of alerts promises of those who are told.
@Suite(.serialized) struct AlertDeliveryContractTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func make(_ backend: Backend) throws -> any AlertStore {
    switch backend {
    case .memory: MemoryAlertStore()
    case .sqlite: try SQLiteAlertStore(path: scratch.path)
    }
  }

  private func raise(_ store: any AlertStore, _ keys: String...) throws {
    let hits = keys.map {
      AlertHit(kind: .system, key: $0, type: $0, message: "", at: 1)
    }
    _ = try store.raise(hits, window: 10, upTo: nil)
  }

  private func mail(_ notice: Int64, _ recipient: String) -> Delivery {
    Delivery(channel: .mail, notice: notice, recipient: recipient, at: 5)
  }

  @Test(arguments: Backend.allCases)
  func `a delivery is planned once, with the channel's cursor`(backend: Backend) throws {
    let store = try make(backend)
    try raise(store, "a", "b")
    #expect(try store.notices(after: 0, limit: 1).map(\.id) == [1])
    #expect(try store.notices(before: .max, limit: 9).map(\.id) == [2, 1])
    #expect(try store.notice(2)?.alert == 2)
    #expect(try store.notice(3) == nil)
    try store.plan([mail(1, "x"), mail(1, "y")], channel: .mail, upTo: 1)
    try store.plan([mail(1, "x"), mail(2, "x")], channel: .mail, upTo: 2)
    #expect(try store.cursor(of: .mail) == 2)
    #expect(try store.cursor(of: .webhook) == nil)
    let due = try store.due(.mail, at: 5, limit: 9)
    #expect(due.map(\.notice) == [1, 1, 2] && due.map(\.recipient) == ["x", "y", "x"])
    #expect(try store.due(.mail, at: 4, limit: 9).isEmpty)
    #expect(try store.due(.webhook, at: 9, limit: 9).isEmpty)
    #expect(try store.due(.mail, at: 9, limit: 2).count == 2)
  }

  @Test(arguments: Backend.allCases)
  func `those who are being told are left out, and nobody else`(backend: Backend) throws {
    let store = try make(backend)
    try raise(store, "a", "b")
    try store.plan(
      [mail(1, "x"), mail(1, "y"), mail(2, "x"), mail(2, "z")],
      channel: .mail,
      upTo: 2
    )
    func due(_ except: Set<String>) throws -> [String] {
      try store.due(.mail, at: 9, except: except, limit: 9).map { "\($0.notice)\($0.recipient)" }
    }
    #expect(try due([]) == ["1x", "1y", "2x", "2z"])
    #expect(try due(["x"]) == ["1y", "2z"])
    #expect(try due(["x", "z", "nobody"]) == ["1y"])
    #expect(try due(["x", "y", "z"]).isEmpty)
    #expect(try store.due(.mail, at: 9, except: ["x"], limit: 1).map(\.recipient) == ["y"])
  }

  @Test(arguments: Backend.allCases)
  func `what a crash cut off is taken up again, and nothing else`(backend: Backend) throws {
    let store = try make(backend)
    try raise(store, "a")
    try store.plan(
      [mail(1, "x"), mail(1, "y"), mail(1, "z")],
      channel: .mail,
      upTo: 1
    )
    var deliveries = try store.due(.mail, at: 9, limit: 9)
    deliveries[0].state = .sending
    deliveries[0].attempts = 1
    deliveries[1].state = .sent
    for delivery in deliveries.prefix(2) { try store.update(delivery) }
    #expect(try store.due(.mail, at: 9, limit: 9).map(\.recipient) == ["z"])
    try store.recover(.mail)
    let due = try store.due(.mail, at: 9, limit: 9)
    #expect(due.map(\.recipient) == ["x", "z"] && due.map(\.attempts) == [1, 0])
  }

  @Test(arguments: Backend.allCases)
  func `pending ones are put off together or by recipient`(backend: Backend) throws {
    let store = try make(backend)
    try raise(store, "a")
    try store.plan([mail(1, "x"), mail(1, "y")], channel: .mail, upTo: 1)
    try store.postpone(.mail, recipient: "x", until: 8)
    #expect(try store.due(.mail, at: 7, limit: 9).map(\.recipient) == ["y"])
    #expect(try store.due(.mail, at: 8, limit: 9).map(\.recipient) == ["y", "x"])
    try store.postpone(.mail, recipient: nil, until: 20)
    #expect(try store.due(.mail, at: 19, limit: 9).isEmpty)
    try store.postpone(.mail, recipient: nil, until: 15)
    #expect(try store.due(.mail, at: 19, limit: 9).isEmpty, "never earlier")
    #expect(try store.due(.mail, at: 20, limit: 9).count == 2)
  }

  @Test(arguments: Backend.allCases)
  func `deliveries are counted by how they went, dead ones replayed`(backend: Backend) throws {
    let store = try make(backend)
    try raise(store, "a", "b")
    try store.plan(
      (0..<6).map { mail(1, "r\($0)") } + [mail(2, "r0")],
      channel: .mail,
      upTo: 2
    )
    let states: [(DeliveryState, Int)] = [
      (.sent, 1), (.dead, 3), (.skipped, 1), (.pending, 2), (.pending, 0), (.sending, 1),
      (.dead, 9),
    ]
    for (delivery, (state, attempts)) in zip(try store.due(.mail, at: 9, limit: 9), states) {
      var delivery = delivery
      delivery.state = state
      delivery.attempts = attempts
      delivery.problem = "why"
      try store.update(delivery)
    }
    let tallies = try store.tallies([1, 2])
    #expect(tallies[1].map { [$0.sent, $0.failed, $0.untried] } == [1, 3, 2])
    #expect(tallies[2].map { [$0.sent, $0.failed, $0.untried] } == [0, 1, 0])
    #expect(try store.tallies([]).isEmpty)
    #expect(try store.tally().failed == 4)
    let letters = try store.deadLetters(.mail, before: nil, limit: 9)
    #expect(letters.map(\.notice) == [2, 1] && letters.map(\.problem) == ["why", "why"])
    #expect(try store.deadLetters(.mail, before: letters[0].id, limit: 9).map(\.notice) == [1])
    #expect(try store.replay(.mail, 999, at: 30) == 0)
    #expect(try store.replay(.webhook, nil, at: 30) == 0)
    #expect(try store.replay(.mail, letters[0].id, at: 30) == 1)
    let again = try store.due(.mail, at: 30, limit: 9).filter { $0.notice == 2 }
    #expect(again.map(\.attempts) == [0] && again.map(\.next) == [30])
    #expect(try store.replay(.mail, nil, at: 30) == 1)
    #expect(try store.deadLetters(.mail, before: nil, limit: 9).isEmpty)
  }

  @Test(arguments: Backend.allCases)
  func `a day is reported once, and no earlier one after it`(backend: Backend) throws {
    let store = try make(backend)
    #expect(try store.addReport(day: 100, at: 5) == 1)
    #expect(try store.addReport(day: 100, at: 6) == nil)
    #expect(try store.addReport(day: 99, at: 6) == nil)
    #expect(try store.notice(1) == Notice(id: 1, alert: 0, day: 100, created: 5))
    try store.setLastReport(200)
    #expect(try store.lastReport() == 200)
    #expect(try store.addReport(day: 150, at: 6) == nil)
  }

  @Test(arguments: Backend.allCases)
  func `subscribers stand on a list once`(backend: Backend) throws {
    let store = try make(backend)
    let ann = Subscriber(list: .daily, address: "ann@x", name: "Ann 'A'")
    let added = try #require(try store.add(ann))
    #expect(try store.add(ann) == added)
    #expect(try store.subscribers().last == added)
    #expect(try store.removeSubscriber(added.id))
    #expect(try !store.removeSubscriber(added.id))
    #expect(try store.add(ann)?.id == added.id + 1, "numbers are not given again")
    for number in 1..<AlertLimit.subscribers {
      #expect(
        try store.add(Subscriber(list: .daily, address: "\(number)@x", name: "")) != nil
      )
    }
    #expect(try store.add(Subscriber(list: .daily, address: "more@x", name: "")) == nil)
    #expect(try store.add(Subscriber(list: .system, address: "more@x", name: "")) != nil)
  }

  @Test(arguments: Backend.allCases)
  func `a webhook goes with what it was still to be told`(backend: Backend) throws {
    let store = try make(backend)
    let webhook = Webhook(
      url: "https://x",
      secret: [1, 0, 255],
      kinds: [.price, .system],
      created: 7
    )
    var wanted = webhook
    wanted.id = 1
    #expect(try store.add(webhook) == wanted)
    #expect(try store.webhooks() == [wanted])
    try raise(store, "a")
    let delivery = Delivery(channel: .webhook, notice: 1, recipient: "webhook:1", at: 5)
    try store.plan([delivery], channel: .webhook, upTo: 1)
    #expect(try store.removeWebhook(1))
    #expect(try !store.removeWebhook(1))
    #expect(try store.due(.webhook, at: 9, limit: 9).isEmpty)
    for _ in 0..<AlertLimit.webhooks { #expect(try store.add(webhook) != nil) }
    #expect(try store.add(webhook) == nil)
  }

  @Test(arguments: Backend.allCases)
  func `a contact is kept, replaced and removed`(backend: Backend) throws {
    let store = try make(backend)
    #expect(try store.contact(of: "s") == nil)
    #expect(try store.setContact([1, 2], of: "s"))
    #expect(try store.setContact([3], of: "s"))
    #expect(try store.contact(of: "s") == [3])
    #expect(try store.removeContact(of: "s"))
    #expect(try !store.removeContact(of: "s"))
  }

  @Test func `a store is read again as it was left, for its owner alone`() throws {
    let store = try SQLiteAlertStore(path: scratch.path)
    let id = try store.storeID()
    try raise(store, "a")
    let again = try SQLiteAlertStore(path: scratch.path)
    #expect(try again.storeID() == id)
    #expect(try again.alerts(AlertQuery(limit: 9)).map(\.key) == ["a"])
    let mode = try FileManager.default.attributesOfItem(atPath: scratch.path)[.posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o600)
    let other = try SQLiteAlertStore(path: scratch.path + "2")
    #expect(try other.storeID() != id)
  }
}
