import Foundation
import SQLiteStore
import Storage
import TestSupport
import Testing

/// What every store of alerts promises.
@Suite(.serialized) struct AlertContractTests {
  private static let hour: Int64 = 3_600_000_000
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func make(_ backend: Backend) throws -> any AlertStore {
    switch backend {
    case .memory: MemoryAlertStore()
    case .sqlite: try SQLiteAlertStore(path: scratch.path)
    }
  }

  private func hit(_ key: String, _ time: Int64, kind: AlertKind = .fraud) -> AlertHit {
    AlertHit(
      kind: kind,
      key: key,
      source: "card",
      severity: .critical,
      type: "fraud_alert",
      message: "'quoted' \u{e9}",
      details: "{}",
      subject: kind == .fraud
        ? AlertSubject(
          transactionID: "t\(time)",
          channel: "online",
          amount: "5.00",
          score: time % 2 == 0 ? 0.5 : .nan,
          account: "a",
          counterparty: "b",
          time: time * 2,
          position: 77
        ) : nil,
      at: time
    )
  }

  private func raise(
    _ store: any AlertStore,
    _ hits: AlertHit...
  ) throws -> [RaisedAlert] {
    try store.raise(hits, window: AlertContractTests.hour, upTo: nil)
  }

  @Test(arguments: Backend.allCases)
  func `a fresh store knows S1's subscribers and nothing else`(backend: Backend) throws {
    let store = try make(backend)
    #expect(try store.alerts(AlertQuery(limit: 10)).isEmpty)
    #expect(try store.logCursor() == nil)
    #expect(try store.cursor(of: .mail) == nil)
    #expect(try store.lastReport() == nil)
    #expect(try store.lastObservation() == nil)
    #expect(try store.newestNotice() == 0)
    #expect(try !store.hasWaitingPrices())
    #expect(
      try store.subscribers().map(\.address) == ["security@example.com", "admin@example.com"]
    )
    #expect(try !store.storeID().isEmpty)
  }

  @Test(arguments: Backend.allCases)
  func `hits of a key within the window are one alert, and one notice`(backend: Backend) throws {
    let store = try make(backend)
    let hour = AlertContractTests.hour
    let raised = try raise(store, hit("a", 10), hit("b", 11), hit("a", 12), hit("a", 10 + hour))
    #expect(raised.map(\.alert.id) == [1, 2, 1, 3])
    #expect(raised.map(\.notice) == [1, 2, nil, 3])
    #expect(raised.map(\.alert.count) == [1, 1, 2, 1])
    let first = try #require(try store.alert(1))
    var wanted = hit("a", 10).alert
    wanted.id = 1
    wanted.count = 2
    wanted.lastSeen = 12
    wanted.changed = 12
    #expect(first == wanted)
    // Another kind with the same key is another alert.
    #expect(try raise(store, hit("a", 13, kind: .system)).first?.notice == 4)
    #expect(
      try store.transactions(alert: 1, source: nil, limit: 9).map(\.subject.transactionID)
        == ["t12", "t10"]
    )
    #expect(
      try store.transactions(alert: nil, source: "card", limit: 2).map(\.seen) == [
        10 + hour, 12,
      ]
    )
    #expect(try store.transactions(alert: nil, source: "x", limit: 2).isEmpty)
    #expect(
      try store.transactions(alert: 1, source: nil, limit: 1).first?.subject == hit("a", 12).subject
    )
    #expect(try store.noticeCounts() == [.fraud: 3, .system: 1])
    #expect(try store.alertCounts() == [.fraud: [.triggered: 3], .system: [.triggered: 1]])
  }

  @Test(arguments: Backend.allCases)
  func `a hit reopens what was resolved within the window and tells nobody`(
    backend: Backend
  ) throws {
    let store = try make(backend)
    _ = try raise(store, hit("a", 10))
    _ = try store.change(1, .resolve, at: 11, until: 0)
    let again = try raise(store, hit("a", 12))
    #expect(again.map(\.alert.state) == [.triggered] && again.map(\.notice) == [nil])
    _ = try store.change(1, .acknowledge, at: 13, until: 0)
    #expect(try raise(store, hit("a", 14)).map(\.alert.state) == [.acknowledged])
    #expect(try store.newestNotice() == 1)
  }

  @Test(arguments: Backend.allCases)
  func `hits come with the cursor of the log`(backend: Backend) throws {
    let store = try make(backend)
    let cursor = StoreCursor(position: 99, sequence: 7)
    #expect(try store.raise([], window: 1, upTo: cursor).isEmpty)
    #expect(try store.logCursor() == cursor)
    try store.setLogCursor(StoreCursor(position: 100, sequence: 0))
    #expect(try store.logCursor()?.position == 100)
  }

  @Test(arguments: Backend.allCases)
  func `a change follows the state machine and a snooze ends`(backend: Backend) throws {
    let store = try make(backend)
    _ = try raise(store, hit("a", 10))
    #expect(try store.change(9, .resolve, at: 1, until: 0) == .unknown)
    guard case .refused(let same) = try store.change(1, .reopen, at: 11, until: 0) else {
      Issue.record("an alert that is open was reopened")
      return
    }
    #expect(same.state == .triggered)
    guard case .changed(let snoozed) = try store.change(1, .snooze, at: 12, until: 20) else {
      Issue.record("an open alert could not be snoozed")
      return
    }
    #expect(snoozed.state == .snoozed && snoozed.snoozedUntil == 20 && snoozed.changed == 12)
    #expect(try store.alert(1) == snoozed)
    #expect(try store.wake(at: 19) == 0)
    #expect(try store.wake(at: 20) == 1)
    #expect(try store.alert(1)?.state == .triggered && store.alert(1)?.snoozedUntil == 0)
    #expect(try store.notices(after: 0, limit: 9).map(\.alert) == [1, 1])
    try store.resolve(.fraud, key: "a", at: 30)
    #expect(try store.alert(1)?.state == .resolved)
    try store.resolve(.fraud, key: "nobody", at: 30)
  }

  @Test(arguments: Backend.allCases)
  func `alerts are found by what a query says, in pages`(backend: Backend) throws {
    let store = try make(backend)
    for number in 0..<30 {
      _ = try raise(
        store,
        hit("k\(number)", Int64(number), kind: number % 3 == 0 ? .system : .fraud)
      )
    }
    var query = AlertQuery(limit: 7)
    var seen: [Int64] = []
    while true {
      let page = try store.alerts(query)
      seen += page.map(\.id)
      if page.count < 7 { break }
      query.after = page.last?.id
    }
    #expect(seen == (1...30).reversed())
    query = AlertQuery(limit: 100)
    query.kind = .system
    #expect(try store.alerts(query).count == 10)
    query.states = [.resolved]
    #expect(try store.alerts(query).isEmpty)
    query.states = []
    #expect(try store.alerts(query).isEmpty)
    query = AlertQuery(limit: 3)
    query.isAscending = true
    query.after = 5
    query.offset = 2
    #expect(try store.alerts(query).map(\.id) == [8, 9, 10])
    query.since = 20
    query.after = nil
    query.offset = 0
    #expect(try store.alerts(query).map(\.id) == [21, 22, 23])
    query.source = "other"
    #expect(try store.alerts(query).isEmpty)
  }

  @Test(arguments: Backend.allCases)
  func `alerts that are too old go with all that belongs to them`(backend: Backend) throws {
    let store = try make(backend)
    _ = try raise(store, hit("a", 10), hit("b", 20), hit("c", 10, kind: .system))
    let delivery = Delivery(channel: .mail, notice: 1, recipient: "x", at: 1)
    try store.plan([delivery], channel: .mail, upTo: 3)
    try store.expire(.fraud, before: 15)
    #expect(try store.alerts(AlertQuery(limit: 9)).map(\.key) == ["c", "b"])
    #expect(try store.notices(after: 0, limit: 9).map(\.alert) == [2, 3])
    #expect(try store.due(.mail, at: 99, limit: 9).isEmpty)
    #expect(try store.transactions(alert: nil, source: nil, limit: 9).map(\.alert) == [2])
    // Numbers are not given again.
    #expect(try raise(store, hit("d", 30)).map(\.alert.id) == [4])
  }

  @Test(arguments: Backend.allCases)
  func `an owner waits once for one price`(backend: Backend) throws {
    let store = try make(backend)
    let wanted = Alert(owner: 3, coin: "fxs", target: "6.77", at: 5)
    #expect(try store.add(price: wanted)?.id == 1)
    #expect(try store.add(price: wanted) == nil)
    #expect(try store.add(price: Alert(owner: 4, coin: "fxs", target: "6.77", at: 5))?.id == 2)
    _ = try store.change(1, .delete, at: 6, until: 0)
    #expect(try store.add(price: wanted)?.id == 3)
    #expect(try store.hasWaitingPrices())
    for number in 1..<AlertLimit.waitingPrices {
      #expect(
        try store.add(price: Alert(owner: 3, coin: "c", target: "\(number)", at: 5)) != nil
      )
    }
    #expect(try store.add(price: Alert(owner: 3, coin: "d", target: "1", at: 5)) == nil)
    var query = AlertQuery(limit: 1000)
    query.owner = 4
    #expect(try store.alerts(query).map(\.id) == [2])
  }

  /// Which alerts of a random walk trigger at which step, by looking at every whole price between.
  @Test(arguments: Backend.allCases)
  func `prices trigger what the walk between them meets`(backend: Backend) throws {
    var generator = SeededGenerator(seed: 11)
    for round in 0..<20 {
      let path = scratch.path + "\(round)"
      let store: any AlertStore =
        backend == .memory ? MemoryAlertStore() : try SQLiteAlertStore(path: path)
      var waiting: [(id: Int64, target: Int, since: Int64)] = []
      var before: Int?
      for step in 1...30 as ClosedRange<Int64> {
        if Bool.random(using: &generator) {
          let target = Int.random(in: 1...40, using: &generator)
          let alert = Alert(owner: step, coin: "Fxs", target: "\(target)", at: step * 10 + 5)
          let added = try #require(try store.add(price: alert))
          waiting.append((added.id, target, alert.created))
        }
        let price = Int.random(in: 1...40, using: &generator)
        let now = (step + 1) * 10
        let triggered = try store.observe(["fxs": Double(price), "other": 1], at: now)
        let met = waiting.filter { alert in
          // The price before was seen at `step * 10`.
          guard let before, alert.since <= step * 10 else { return alert.target == price }
          let walked = before < price ? Array(before...price) : Array(price...before)
          return walked.contains(alert.target) && (alert.target != before || before == price)
        }
        #expect(triggered.map(\.id) == met.map(\.id), "round \(round), step \(step)")
        waiting.removeAll { alert in met.contains { $0.id == alert.id } }
        // Where nobody waited, nobody remembers the price.
        before = waiting.isEmpty ? nil : price
        #expect(try store.lastObservation() == now)
        #expect(try store.hasWaitingPrices() == !waiting.isEmpty)
      }
    }
  }
}
