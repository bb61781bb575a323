import Foundation
import Messaging
import Storage
import Testing

@testable import Alerts

struct AlertTextTests {
  private func alert(_ kind: AlertKind, _ text: String) -> Alert {
    var alert = Alert(kind: kind, state: .triggered, key: "k", type: text, message: text, at: 0)
    alert.details = text
    alert.coin = text
    alert.target = text
    if kind == .fraud {
      alert.subject = AlertSubject(
        transactionID: text,
        channel: text,
        amount: text,
        score: 0.931,
        account: text,
        counterparty: text
      )
    }
    return alert
  }

  static let hostile = [
    "<script>alert(1)</script>", "\"'><img src=x onerror=y>", "a\r\nBcc: x@y", "&lt;", "</table>",
    "\u{0}\u{85}", String(repeating: "<", count: 9999),
  ]

  @Test(arguments: AlertKind.allCases, hostile)
  func `no field is markup or a line of its own`(_ kind: AlertKind, _ text: String) {
    let alert = alert(kind, text)
    for letter in [AlertText.letter(alert), AlertText.holder(alert)] {
      #expect(!letter.subject.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F })
      #expect(!letter.html.contains("<script") && !letter.html.contains("<img"))
      #expect(!letter.text.contains("\nBcc:") && !letter.html.contains("\nBcc:"))
      #expect(letter.html.components(separatedBy: "</table>").count == 2)
      #expect(letter.html.utf8.count < 20_000)
    }
    #expect(!AlertText.line(alert, owner: "a…@example.org").contains("\n"))
  }

  @Test func `escaping is exact`() {
    #expect(
      AlertText.escaped("<a href=\"x\">'&amp;'")
        == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;amp;&#39;"
    )
  }

  @Test func `S1's letters have its subjects and its lines`() {
    let fraud = AlertText.letter(alert(.fraud, "T1"))
    #expect(fraud.subject == "🚨 High Risk Transaction Alert - Risk Score: 93.10%")
    for line in [
      "Transaction ID: T1", "Type: T1", "Amount: T1", "Risk Score: 93.10%", "From Account: T1",
      "To Account: T1", "Timestamp: 1970-01-01T00:00:00Z", "FraudShield Security Team",
    ] {
      #expect(fraud.text.contains("\(line)\n"))
    }
    let system = AlertText.letter(alert(.system, "service_down"))
    #expect(system.subject == "🔧 FraudShield System Alert: Service Down")
    #expect(AlertText.report(20_000, []).subject == "📊 FraudShield Daily Report - 2024-10-04")
  }

  @Test func `a webhook is told the same bytes whatever became of the alert since`() {
    let notice = Notice(id: 3, alert: 1, created: 7)
    var later = alert(.fraud, "T1")
    let first = AlertText.json(later, notice: notice, id: "x")
    later.count = 9
    later.state = .resolved
    later.lastSeen = 99
    later.changed = 99
    #expect(AlertText.json(later, notice: notice, id: "x") == first)
    #expect(first.first == UInt8(ascii: "{"))
  }

  @Test func `prices are read from CoinGecko's list, the larger coin's of a symbol`() throws {
    let text = """
      [{"symbol":"BTC","current_price":1.5},{"symbol":"btc","current_price":9},
       {"symbol":"none","current_price":null},{"symbol":7,"current_price":1},
       {"symbol":"zero","current_price":0},{"current_price":3},{"symbol":"fxs","current_price":7}]
      """
    #expect(try PriceFeed.coins(of: Array(text.utf8)).prices == ["btc": 1.5, "fxs": 7])
    for bad in ["", "{}", "[1]", "null", "<html>"] {
      #expect(throws: MessagingError.self) { try PriceFeed.coins(of: Array(bad.utf8)) }
    }
  }

  @Test func `a feed that fails is left alone for longer and longer`() {
    let error = MessagingError(.unreachable, "")
    #expect((1...4).map { PriceFeed.pause(after: $0, 30, error) } == [60, 120, 240, 480])
    #expect(PriceFeed.pause(after: 50, 30, error) == 900)
    #expect(PriceFeed.pause(after: 1, 3600, error) == 3600)
    let refusal = PriceFeed.Refusal(status: 429, retryAfterSeconds: 5000)
    #expect(PriceFeed.pause(after: 1, 30, refusal) == 5000)
  }
}
