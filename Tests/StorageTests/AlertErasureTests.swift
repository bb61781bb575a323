import Foundation
import SQLiteStore
import Storage
import Testing

/// What every store of alerts promises of erasures.
@Suite(.serialized) struct AlertErasureTests {
  private static let window: Int64 = 3_600_000_000
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func make(_ backend: Backend) throws -> any AlertStore {
    switch backend {
    case .memory: MemoryAlertStore()
    case .sqlite: try SQLiteAlertStore(path: scratch.path)
    }
  }

  private func hit(
    _ account: String,
    _ time: Int64,
    key: String? = nil,
    source: String = "card"
  ) -> AlertHit {
    AlertHit(
      kind: .fraud,
      key: key ?? "account/\(source)/\(account)",
      source: source,
      type: "fraud_alert",
      message: "m",
      subject: AlertSubject(transactionID: "t\(time)", account: account, time: time),
      at: time
    )
  }

  private func delivery(_ notice: Int64, _ recipient: String) -> Delivery {
    Delivery(channel: .mail, notice: notice, recipient: recipient, at: 1)
  }

  @Test(arguments: Backend.allCases)
  func `alerts of the account go with all that belongs to them, others stay`(
    backend: Backend
  ) throws {
    let store = try make(backend)
    let hits = [
      hit("a", 10), hit("b", 11), hit("a", 12), hit("a", 13, source: "retail"),
      // One alert that counts transactions of two accounts.
      hit("b", 14, key: "shared"), hit("a", 15, key: "shared"),
    ]
    _ = try store.raise(hits, window: AlertErasureTests.window, upTo: nil)
    let recipients = ["subscriber:1", "holder:aa"]
    let planned = (1...4 as ClosedRange<Int64>).flatMap { notice in
      recipients.map { delivery(notice, $0) }
    }
    try store.plan(planned, channel: .mail, upTo: 4)
    for subject in ["aa", "bb"] { #expect(try store.setContact([1, 2], of: subject)) }
    try store.erase("a", of: "card", holder: "aa", until: 100)
    let left = try store.alerts(AlertQuery(limit: 10))
    #expect(left.map(\.key) == ["shared", "account/retail/a", "account/card/b"])
    let counted = try store.transactions(alert: nil, source: "card", limit: 10)
    #expect(counted.map(\.subject.account) == ["b", "b"])
    #expect(try store.notices(after: 0, limit: 10).map(\.id) == [2, 3, 4])
    let due = try store.due(.mail, at: 50, limit: 10)
    #expect(due.map(\.notice).sorted() == [2, 3, 4])
    #expect(due.allSatisfy { $0.recipient == "subscriber:1" })
    #expect(try store.contact(of: "aa") == nil)
    #expect(try store.contact(of: "bb") == [1, 2])
    try store.erase("a", of: "card", holder: "aa", until: 100)
    #expect(try store.alerts(AlertQuery(limit: 10)) == left)
  }

  @Test(arguments: Backend.allCases)
  func `what was raised behind it stays`(backend: Backend) throws {
    let store = try make(backend)
    _ = try store.raise(
      [hit("a", 10), hit("a", 30, key: "later")],
      window: AlertErasureTests.window,
      upTo: nil
    )
    try store.erase("a", of: "card", holder: "aa", until: 20)
    #expect(try store.alerts(AlertQuery(limit: 10)).map(\.key) == ["later"])
    let counted = try store.transactions(alert: nil, source: nil, limit: 10)
    #expect(counted.map(\.seen) == [30])
  }

  @Test func `SQLite's file does not hold it any more`() throws {
    let name = "an-account-of-nobody"
    let store = try SQLiteAlertStore(path: scratch.path)
    for number in 0..<500 as Range<Int64> {
      let accounts = [name, "b\(number * 7919 % 500)", "c\(number)"]
      _ = try store.raise(
        accounts.map { hit($0, number * 2 * AlertErasureTests.window) },
        window: AlertErasureTests.window,
        upTo: nil
      )
    }
    #expect(try scratch.bytes().range(of: Data(name.utf8)) != nil)
    try store.erase(name, of: "card", holder: "aa", until: .max)
    #expect(try scratch.bytes().range(of: Data(name.utf8)) == nil)
    #expect(try store.alerts(AlertQuery(limit: 1000)).count == 1000)
  }
}
