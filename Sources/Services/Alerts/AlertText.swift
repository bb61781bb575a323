import Foundation
import Payments
import Storage

/// What people and programs are told, word for word.
enum AlertText {
  struct Letter: Sendable, Hashable {
    var subject: String
    var text: String
    var html: String
  }

  /// A text inside of HTML, whatever is in it.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// A text on one line: no control characters, and not too long.
  static func plain(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for character in text.unicodeScalars.prefix(300) {
      result.append(character.properties.generalCategory == .control ? " " : character)
    }
    return String(result)
  }

  private static let footer = "FraudShield Security Team"

  /// A letter of a heading, some lines, a table and S1's footer, in both forms.
  private static func letter(
    _ subject: String,
    heading: String,
    opening: String,
    table: [(name: String, value: String)],
    closing: String
  ) -> Letter {
    let rows = table.map { (name: plain($0.name), value: plain($0.value)) }
    let text = """
      \(plain(heading))

      \(plain(opening))

      \(rows.map { "\($0.name): \($0.value)" }.joined(separator: "\n"))

      \(closing)

      \(footer)

      """
    let cells = rows.map {
      "<tr><th align=\"left\">\(escaped($0.name))</th><td>\(escaped($0.value))</td></tr>"
    }
    let html = """
      <!DOCTYPE html>
      <html><head><meta charset="utf-8"></head><body>
      <h2>\(escaped(plain(heading)))</h2>
      <p>\(escaped(plain(opening)))</p>
      <table cellpadding="4">
      \(cells.joined(separator: "\n"))
      </table>
      <p>\(escaped(closing))</p>
      <p><em>\(footer)</em></p>
      </body></html>

      """
    return Letter(subject: plain(subject), text: text, html: html)
  }

  /// What administrators or the owner of a price alert are told.
  static func letter(_ alert: Alert) -> Letter {
    switch alert.kind {
    case .fraud: fraud(alert)
    case .system: system(alert)
    case .price: price(alert)
    }
  }

  static func percent(_ score: Double) -> String {
    score.isFinite ? String(format: "%.2f%%", score * 100) : "unknown"
  }

  private static func shown(_ text: String) -> String { text.isEmpty ? "-" : text }

  /// S1.38.
  private static func fraud(_ alert: Alert) -> Letter {
    let subject = alert.subject ?? AlertSubject(transactionID: "")
    let risk = percent(subject.score)
    return letter(
      "🚨 High Risk Transaction Alert - Risk Score: \(risk)",
      heading: "High Risk Transaction Alert",
      opening: alert.message,
      table: [
        ("Transaction ID", shown(subject.transactionID)), ("Type", shown(subject.channel)),
        ("Amount", shown(subject.amount)), ("Risk Score", risk),
        ("From Account", shown(subject.account)), ("To Account", shown(subject.counterparty)),
        ("Timestamp", Timestamp(microseconds: subject.time).description),
      ],
      closing: "Please review this transaction."
    )
  }

  /// `high_memory` as `High Memory`.
  static func title(_ type: String) -> String {
    type.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }
      .joined(separator: " ")
  }

  private static func system(_ alert: Alert) -> Letter {
    var rows = [
      (name: "Type", value: alert.type), (name: "Message", value: alert.message),
      (name: "Time", value: Timestamp(microseconds: alert.created).description),
    ]
    rows.append((name: "Details", value: shown(alert.details)))
    return letter(
      "🔧 FraudShield System Alert: \(title(alert.type))",
      heading: "FraudShield System Alert",
      opening: "A part of the system needs attention.",
      table: rows,
      closing: "Please look into it."
    )
  }

  private static func price(_ alert: Alert) -> Letter {
    letter(
      "Price alert: \(alert.coin) at \(alert.target)",
      heading: "Price alert",
      opening: "The price that you wait for was reached.",
      table: [
        ("Coin", alert.coin), ("Target price", alert.target),
        ("Time", Timestamp(microseconds: alert.changed).description),
      ],
      closing: "This alert is done; create another one to be told again."
    )
  }

  /// What an account holder is told (S4.17): no score, no account number.
  static func holder(_ alert: Alert) -> Letter {
    let subject = alert.subject ?? AlertSubject(transactionID: "")
    return letter(
      "Unusual payment on your account",
      heading: "Unusual payment on your account",
      opening: "We have noticed a payment that is unusual for your account.",
      table: [
        ("Amount", shown(subject.amount)),
        ("Time", Timestamp(microseconds: subject.time).description),
        ("Reference", shown(subject.transactionID)),
      ],
      closing: "If it was not you, please call us at the number on your card."
    )
  }

  /// The report of a day (S1.36).
  static func report(_ day: Int64, _ figures: [(name: String, value: String)]) -> Letter {
    let start = Timestamp(microseconds: day * Timestamp.microsecondsPerDay)
    let date = String(start.description.prefix(10))
    return letter(
      "📊 FraudShield Daily Report - \(date)",
      heading: "FraudShield Daily Report - \(date)",
      opening: "What was decided on \(date) (UTC), and how alerts stand now.",
      table: figures.isEmpty ? [("Decisions", "0")] : figures,
      closing: "This report is sent once a day."
    )
  }

  /// The line of the console; for a price alert S0.14's, with the address masked.
  static func line(_ alert: Alert, owner: String) -> String {
    guard alert.kind == .price else {
      return plain("\(alert.kind.word) alert \(alert.id): \(alert.type): \(alert.message)")
    }
    return plain("Mail sent to \(owner) for \(alert.coin) at amount \(alert.target)")
  }

  /// What a webhook is told; of what may change later nothing, so that a repetition has the same
  /// bytes.
  static func json(_ alert: Alert, notice: Notice, id: String) -> [UInt8] {
    var fields: [String: Any] = [
      "id": id, "alert_id": alert.id, "kind": alert.kind.word, "type": alert.type,
      "severity": alert.severity.word, "source": alert.source, "message": alert.message,
      "created": Timestamp(microseconds: alert.created).description,
      "notified": Timestamp(microseconds: notice.created).description,
    ]
    // Details that are no JSON are told as they are.
    let details = try? JSONSerialization.jsonObject(with: Data(alert.details.utf8))
    fields["details"] = details ?? alert.details
    if let subject = alert.subject {
      fields["transaction"] = [
        "transaction_id": subject.transactionID, "type": subject.channel,
        "amount": subject.amount, "account": subject.account,
        "counterparty": subject.counterparty,
        "score": subject.score.isFinite ? subject.score as Any : NSNull(),
        "time": Timestamp(microseconds: subject.time).description,
      ]
    }
    if alert.kind == .price {
      fields["coin"] = alert.coin
      fields["target_price"] = alert.target
    }
    let data = try? JSONSerialization.data(  // Fields of these types always become JSON.
      withJSONObject: fields,
      options: [.sortedKeys, .withoutEscapingSlashes]
    )
    return data.map { [UInt8]($0) } ?? []
  }

  static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
