import Batch
import Foundation
import Gateway
import Monitoring
import Payments
import Pipeline
import Shell
import Storage

/// What `serve` runs with: flags before environment before file before defaults.
struct Configuration {
  var data = "run/data"
  var address = "127.0.0.1"
  var port = 8000
  var frontendKey: String?
  var adminKey: String?
  var testKey: String?
  var secretKey: String?
  var rateRequests: Int?
  var rateSeconds: Int?
  var origins: [String] = []
  var segmentMiB = 64
  static let segmentMiBMin = 16
  var snapshotMiB = 256
  /// Whether steps of the wall clock, and a log that lies ahead of it, are refused.
  var clockCheck = true
  var maxConnections = 10_000
  var retainDays: Int?
  var retainMiB: Int?
  var detachMiB = 4096
  var shopStatus = 201
  var monitoringSeconds = 30.0
  var thresholds = MonitorThresholds()
  /// The certificate's chain and its key, PEM; nil for a server in the clear.
  var certificateFile: String?
  var keyFile: String?
  /// Where Swagger UI is, if not beside the program.
  var swagger: String?
  var logging = Logging()
  var telemetry = TelemetrySettings()
  /// What the processes of one installation prove themselves with.
  var serviceKey: String?
  /// Where they are reached, by the names of their variables.
  var serviceURLs: [String: String] = [:]
  var alerts = AlertConfiguration()
  var batch = BatchSettings(folder: "")
  /// Sources whose ids are numbers, which are never taken for card numbers.
  var numericIds: Set<String> = []

  /// An entry of the configuration: its flag, its environment variable and its help.
  struct Setting {
    var flag: String?
    var variable: String
    var value: String
    var help: String
    /// Another name that the variable has elsewhere.
    var alias: String?
  }

  private static let settings =
    own + cardSettings + AlertConfiguration.options + batchSettings + Logging.settings
    + TelemetrySettings.settings
    + serviceSettings

  private static let names = Set(settings.flatMap { [$0.variable] + [$0.alias].compactMap { $0 } })

  private mutating func set(_ variable: String, _ text: String) throws(UsageError) {
    if try setBatch(variable, text) { return }
    if try setCards(variable, text) { return }
    switch variable {
    case "ASSAY_DATA": data = text
    case "PORT": port = try Configuration.number("port", text, 0...65_535)
    case "ASSAY_ADDRESS": address = text
    case "FRONTEND_API_KEY": frontendKey = try Configuration.secret(variable, text)
    case "ADMIN_API_KEY": adminKey = try Configuration.secret(variable, text)
    case "TEST_API_KEY": testKey = try Configuration.secret(variable, text)
    case "SECRET_KEY": secretKey = try Configuration.secret(variable, text)
    case "RATE_LIMIT_REQUESTS":
      rateRequests = try Configuration.number(variable, text, 1...RateLimit.requestsMax)
    case "RATE_LIMIT_WINDOW":
      rateSeconds = try Configuration.number(variable, text, 1...RateLimit.secondsMax)
    case "CORS_ORIGIN":
      origins = try text.split(separator: ",").map { (part) throws(UsageError) in
        try Configuration.origin(part.trimmingCharacters(in: .whitespaces))
      }
    case "ASSAY_SEGMENT_MIB":
      segmentMiB = try Configuration.number("segment-mib", text, Configuration.segmentMiBMin...4096)
    case "ASSAY_CLOCK_CHECK":
      guard let on = ["on": true, "off": false][text] else {
        throw UsageError("ASSAY_CLOCK_CHECK is on or off, not '\(text)'")
      }
      clockCheck = on
    case "ASSAY_SNAPSHOT_MIB":
      snapshotMiB = try Configuration.number("snapshot-mib", text, 1...1_000_000)
    case "ASSAY_RETAIN_DAYS":
      retainDays = try Configuration.number("retain-days", text, 1...36_500)
    case "ASSAY_RETAIN_MIB":
      retainMiB = try Configuration.number("retain-mib", text, 16...1_000_000_000)
    case "MONITORING_INTERVAL":
      monitoringSeconds = try Configuration.number(variable, text, 0.1...86_400)
    case "ALERT_CPU_THRESHOLD":
      thresholds.processor = try Configuration.number(variable, text, 0...100)
    case "ALERT_MEMORY_THRESHOLD":
      thresholds.memory = try Configuration.number(variable, text, 0...100)
    case "ALERT_DISK_THRESHOLD":
      thresholds.disk = try Configuration.number(variable, text, 0...100)
    case "ALERT_RESPONSE_TIME_THRESHOLD":
      thresholds.response = try Configuration.number(variable, text, 0...86_400)
    case "COMPAT_S4_STATUS":
      shopStatus = try Configuration.number("COMPAT_S4_STATUS", text, 200...201)
    case "ASSAY_DETACH_MIB":
      detachMiB = try Configuration.number("detach-mib", text, 1...1_000_000_000)
    case "TLS_CERT_FILE": certificateFile = text
    case "TLS_KEY_FILE": keyFile = text
    case "ASSAY_SWAGGER_UI": swagger = text
    case "ASSAY_MAX_CONNECTIONS":
      maxConnections = try Configuration.number("max-connections", text, 1...100_000)
    default:
      if try logging.set(variable, text) { return }
      if try telemetry.set(variable, text) { return }
      if try alerts.set(variable, text) { return }
      try setService(variable, text)
    }
  }

  private static func origin(_ text: String) throws(UsageError) -> String {
    let host = ["http://", "https://"].first { text.hasPrefix($0) }.map {
      text.dropFirst($0.count)
    }
    guard let host, !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x2F })
    else {
      throw UsageError("CORS_ORIGIN has origins such as https://desk.example.org, not '\(text)'")
    }
    return text
  }

  static func number<Value: LosslessStringConvertible & Comparable>(
    _ name: String,
    _ text: String,
    _ range: ClosedRange<Value>
  ) throws(UsageError) -> Value {
    guard let value = Value(text), range.contains(value) else {
      throw UsageError(
        "\(name) is a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'"
      )
    }
    return value
  }

  static var options: [Arguments.Option] {
    settings.compactMap { setting in
      setting.flag.map {
        Arguments.Option($0, setting.value, setting.help + "; or \(setting.variable)")
      }
    } + [Arguments.Option("config", "FILE", "file of NAME=VALUE lines, by environment names")]
  }

  /// The effective configuration.
  init(_ arguments: Arguments, environment: [String: String]) throws {
    let file =
      try arguments.text("config").map { try Configuration.read($0, known: Configuration.names) }
      ?? [:]
    for setting in Configuration.settings {
      let flag = setting.flag.flatMap { arguments.text($0) }
      let names = [setting.variable, setting.alias].compactMap { $0 }
      let found = [environment, file].flatMap { values in names.compactMap { values[$0] } }
      guard let value = ([flag].compactMap { $0 } + found).first(where: { !$0.isEmpty }) else {
        continue
      }
      try set(setting.variable, value)
    }
    guard isLoopback || !clients.isEmpty else {
      throw UsageError(
        "listening on \(address) needs FRONTEND_API_KEY or ADMIN_API_KEY; without keys only"
          + " loopback addresses are served"
      )
    }
  }

  /// Whether only clients on this machine reach the server.
  var isLoopback: Bool { ["127.0.0.1", "::1", "localhost"].contains(address) }

  /// What a client may do that has no limit of its own.
  var rate: RateLimit {
    RateLimit(
      rateRequests ?? RateLimit.general.requests,
      rateSeconds ?? RateLimit.general.seconds
    )
  }

  /// The keys of clients, by the names that S1 has for them.
  var clients: [Gateway.ConfiguredClient] {
    func client(_ name: String, _ key: String?, _ permissions: Permissions)
      -> Gateway.ConfiguredClient?
    {
      key.map { Gateway.ConfiguredClient(name: name, key: $0, permissions: permissions) }
    }
    return [
      client("frontend", frontendKey, .client), client("test", testKey, .client),
      client("admin", adminKey, .all),
    ].compactMap { $0 }
  }

  /// How much of the log is kept.
  var retention: RetentionPolicy {
    RetentionPolicy(
      microseconds: retainDays.map { Int64($0) * Timestamp.microsecondsPerDay },
      bytes: retainMiB.map { UInt64($0) << 20 }
    )
  }

  /// The effective values by name, secrets hidden.
  var shown: [(name: String, value: String)] {
    func hidden(_ key: String?) -> String { key == nil ? "(not set)" : "(set, hidden)" }
    return [
      ("ASSAY_DATA", data), ("PORT", "\(port)"), ("ASSAY_ADDRESS", address),
      ("FRONTEND_API_KEY", hidden(frontendKey)), ("ADMIN_API_KEY", hidden(adminKey)),
      ("TEST_API_KEY", hidden(testKey)), ("SECRET_KEY", hidden(secretKey)),
      ("RATE_LIMIT_REQUESTS", rateRequests.map { "\($0)" } ?? "100, not on this machine"),
      ("RATE_LIMIT_WINDOW", "\(rate.seconds)"),
      ("CORS_ORIGIN", origins.isEmpty ? "(none)" : origins.joined(separator: ",")),
      ("ASSAY_SEGMENT_MIB", "\(segmentMiB)"), ("ASSAY_SNAPSHOT_MIB", "\(snapshotMiB)"),
      ("ASSAY_CLOCK_CHECK", clockCheck ? "on" : "off"),
      ("ASSAY_RETAIN_DAYS", retainDays.map { "\($0)" } ?? "(all)"),
      ("ASSAY_RETAIN_MIB", retainMiB.map { "\($0)" } ?? "(all)"),
      ("ASSAY_DETACH_MIB", "\(detachMiB)"), ("COMPAT_S4_STATUS", "\(shopStatus)"),
      ("MONITORING_INTERVAL", "\(monitoringSeconds)"),
      ("ALERT_CPU_THRESHOLD", "\(thresholds.processor)"),
      ("ALERT_MEMORY_THRESHOLD", "\(thresholds.memory)"),
      ("ALERT_DISK_THRESHOLD", "\(thresholds.disk)"),
      ("ALERT_RESPONSE_TIME_THRESHOLD", "\(thresholds.response)"),
      ("ASSAY_MAX_CONNECTIONS", "\(maxConnections)"),
      ("TLS_CERT_FILE", certificateFile ?? "(none)"), ("TLS_KEY_FILE", keyFile ?? "(none)"),
      ("ASSAY_SWAGGER_UI", swagger ?? "(beside the program)"),
    ] + cardsShown + alerts.shown + batchShown + logging.shown + telemetry.shown + shownServices
  }
}
