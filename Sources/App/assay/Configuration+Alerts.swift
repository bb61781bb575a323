import Alerts
import Courier
import Messaging
import Payments
import Shell
import Storage

/// What the configuration says of alerts, and of the ways by which people are told.
struct AlertConfiguration {
  var settings = AlertSettings()
  var username: String?
  var password: String?
  var sender: String?
  var server: String?
  var port = 587
  /// A file of certificates that are trusted beside the system's.
  var certificates: String?

  /// S1's mail server, where only a username is given.
  static let serverDefault = "smtp.gmail.com"

  /// Where mail goes; nil where nothing is configured.
  func mailServer() throws(UsageError) -> Courier.MailServer? {
    guard username != nil || server != nil else { return nil }
    guard let sender = sender ?? username, MailAddress.isValid(sender) else {
      throw UsageError("mail needs FROM_EMAIL, the address that it comes from")
    }
    return Courier.MailServer(
      host: server ?? AlertConfiguration.serverDefault,
      port: port,
      username: username,
      password: password,
      sender: sender
    )
  }

  static let options: [Configuration.Setting] = [
    ("EMAIL_USERNAME", "NAME", "who signs in to the mail server (no mail without it or a server)"),
    ("EMAIL_PASSWORD", "WORD", "its password"),
    ("FROM_EMAIL", "ADDRESS", "the address that mail comes from (EMAIL_USERNAME)"),
    ("SMTP_SERVER", "HOST", "the mail server, which must offer TLS (smtp.gmail.com)"),
    ("SMTP_PORT", "N", "its port (587; 465 for TLS from the start)"),
    ("ASSAY_CA_FILE", "FILE", "certificates that mail servers and webhooks may have too (PEM)"),
    ("PRICE_FEED_URL", "URL", "where prices are asked for (https://api.coingecko.com)"),
    ("PRICE_FEED_SECONDS", "S", "seconds between two looks at prices (30)"),
    ("ALERT_SCORE_THRESHOLD", "LIST", "score that is an alert (0.8), SOURCE=SCORE for one source"),
    ("ALERT_OUTCOMES", "LIST", "outcomes that are alerts (decline,review; or none)"),
    ("ALERT_WINDOW", "S", "seconds in which hits of one account are one alert (3600)"),
    ("ALERT_TTL", "LIST", "seconds that alerts are kept, or KIND=SECONDS (for ever)"),
    ("ALERT_RETRY_SECONDS", "S", "seconds to a second attempt, then twice as many (5)"),
    ("ALERT_ATTEMPTS", "N", "attempts after which a delivery is a dead letter (10)"),
    ("ALERT_CONSOLE", "0|1", "print alerts on the standard output (0)"),
    ("ALERT_REPORT_HOUR", "H", "hour in UTC from which on the daily report is sent (6)"),
  ].map { Configuration.Setting(flag: nil, variable: $0.0, value: $0.1, help: $0.2) }

  /// Takes a value; false where the name is none of these.
  mutating func set(_ variable: String, _ text: String) throws(UsageError) -> Bool {
    switch variable {
    case "EMAIL_USERNAME": username = try AlertConfiguration.line(variable, text)
    case "EMAIL_PASSWORD": password = try AlertConfiguration.line(variable, text)
    case "FROM_EMAIL":
      guard MailAddress.isValid(text) else { throw UsageError("FROM_EMAIL is an address") }
      sender = text
    case "SMTP_SERVER":
      let host =
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && !text.contains { "/@?#".contains($0) }
      guard host else { throw UsageError("SMTP_SERVER is the name of a host") }
      server = text
    case "SMTP_PORT": port = try Configuration.number(variable, text, 1...65_535)
    case "ASSAY_CA_FILE": certificates = text
    case "PRICE_FEED_URL":
      guard WebAddress.isValid(text), !text.contains("?"), !text.contains("#") else {
        throw UsageError("PRICE_FEED_URL is https://HOST, or http:// to this machine")
      }
      settings.priceFeed = text
    case "PRICE_FEED_SECONDS":
      settings.priceSeconds = try Configuration.number(variable, text, 0.1...86_400)
    case "ALERT_SCORE_THRESHOLD": try setThreshold(text)
    case "ALERT_OUTCOMES": try setOutcomes(text)
    case "ALERT_WINDOW":
      settings.window =
        Int64(try Configuration.number(variable, text, 1...2_592_000))
        * Timestamp.microsecondsPerSecond
    case "ALERT_TTL": try setLife(text)
    case "ALERT_RETRY_SECONDS":
      settings.retrySeconds = try Configuration.number(variable, text, 0.01...3600)
    case "ALERT_ATTEMPTS": settings.attemptsMax = try Configuration.number(variable, text, 1...100)
    case "ALERT_CONSOLE":
      settings.printsAlerts = try Configuration.number(variable, text, 0...1) == 1
    case "ALERT_REPORT_HOUR":
      settings.reportHour = try Configuration.number(variable, text, 0...23)
    default: return false
    }
    return true
  }

  private static func line(_ name: String, _ text: String) throws(UsageError) -> String {
    guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
      throw UsageError("\(name) is one line")
    }
    return text
  }

  /// The items of a list, each `VALUE` or `NAME=VALUE`.
  private static func items(_ text: String) -> [(name: String?, value: String)] {
    text.split(separator: ",").map { part in
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map { String($0.filter { $0 != " " }) }
      return sides.count == 2 ? (sides[0], sides[1]) : (nil, sides[0])
    }
  }

  private mutating func setThreshold(_ text: String) throws(UsageError) {
    for (name, value) in AlertConfiguration.items(text) {
      let score: Float = try Configuration.number("ALERT_SCORE_THRESHOLD", value, 0...1)
      guard let name else {
        settings.policy.threshold = score
        continue
      }
      guard SourceCatalog.entries.contains(where: { $0.source.name == name }) else {
        throw UsageError("ALERT_SCORE_THRESHOLD: there is no source '\(name)'")
      }
      settings.policy.thresholds[name] = score
    }
  }

  private mutating func setOutcomes(_ text: String) throws(UsageError) {
    settings.policy.outcomes = []
    if text == "none" { return }
    for (_, value) in AlertConfiguration.items(text) {
      guard let outcome = Outcome(word: value), outcome != .approve else {
        throw UsageError("ALERT_OUTCOMES has challenge, review and decline, or is none")
      }
      settings.policy.outcomes.insert(outcome)
    }
  }

  private mutating func setLife(_ text: String) throws(UsageError) {
    for (name, value) in AlertConfiguration.items(text) {
      let seconds = try Configuration.number("ALERT_TTL", value, 1...1_000_000_000)
      let life = Int64(seconds) * Timestamp.microsecondsPerSecond
      guard let name else {
        for kind in AlertKind.allCases { settings.life[kind] = life }
        continue
      }
      guard let kind = AlertKind(word: name) else {
        throw UsageError("ALERT_TTL has price, fraud and system, not '\(name)'")
      }
      settings.life[kind] = life
    }
  }

  /// The effective values by name, secrets hidden.
  var shown: [(name: String, value: String)] {
    func hidden(_ text: String?) -> String { text == nil ? "(not set)" : "(set, hidden)" }
    let policy = settings.policy
    let scores = policy.thresholds.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let outcomes = policy.outcomes.sorted().map(\.word).joined(separator: ",")
    let lives = settings.life.sorted { $0.key.rawValue < $1.key.rawValue }.map {
      "\($0.key.word)=\($0.value / Timestamp.microsecondsPerSecond)"
    }
    return [
      ("EMAIL_USERNAME", hidden(username)), ("EMAIL_PASSWORD", hidden(password)),
      ("FROM_EMAIL", hidden(sender)), ("SMTP_SERVER", server ?? "(not set)"),
      ("SMTP_PORT", "\(port)"), ("ASSAY_CA_FILE", certificates ?? "(system's)"),
      ("PRICE_FEED_URL", settings.priceFeed), ("PRICE_FEED_SECONDS", "\(settings.priceSeconds)"),
      ("ALERT_SCORE_THRESHOLD", (["\(policy.threshold)"] + scores).joined(separator: ",")),
      ("ALERT_OUTCOMES", outcomes.isEmpty ? "none" : outcomes),
      ("ALERT_WINDOW", "\(settings.window / Timestamp.microsecondsPerSecond)"),
      ("ALERT_TTL", lives.isEmpty ? "(for ever)" : lives.joined(separator: ",")),
      ("ALERT_RETRY_SECONDS", "\(settings.retrySeconds)"),
      ("ALERT_ATTEMPTS", "\(settings.attemptsMax)"),
      ("ALERT_CONSOLE", settings.printsAlerts ? "1" : "0"),
      ("ALERT_REPORT_HOUR", "\(settings.reportHour)"),
    ]
  }
}
