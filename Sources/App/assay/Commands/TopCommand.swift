import Foundation
import HTTPClient
import Payments
import Pipeline
import Shell
import Telemetry

/// Shows what a running server does: live on a terminal, once elsewhere.
enum TopCommand: Command {
  static let name = "top"
  static let summary = "watch a running server: decisions, outcomes, latency, failures"
  static let options = [
    Arguments.Option("url", "URL", "the server; http://localhost:8000 otherwise"),
    Arguments.Option("interval", "S", "seconds between two looks, 0.1 to 3600; 1 otherwise"),
    Arguments.Option("once", nil, "print one interval and end, as without a terminal"),
    Arguments.Option(
      "key",
      "KEY",
      "an API key, to show alerts too; or ADMIN_API_KEY or FRONTEND_API_KEY"
    ),
  ]

  /// Alerts are asked for at each of so many looks.
  private static let looksPerAlerts = 5

  static func run(_ arguments: Arguments) throws {
    let address: ServerAddress
    do throws(ClientError) {
      address = try ServerAddress(arguments.text("url") ?? "http://localhost:8000")
    } catch {
      throw UsageError("--url: \(error)")
    }
    let interval = try arguments.number("interval", 0.1...3600) ?? 1
    let key = arguments.text("key") ?? RemoteServer.environmentKey
    if let key, key.utf8.contains(where: { $0 < 0x21 || $0 > 0x7E }) {
      throw UsageError("--key holds a character that no key has")
    }
    let server = WatchedServer(address, key: key)
    if arguments.has("once") || !TerminalScreen.isThere {
      try once(server, interval)
    } else {
      watch(server, interval)
    }
  }

  private static func once(_ server: WatchedServer, _ interval: Double) throws {
    let first = try server.look()
    Thread.sleep(forTimeInterval: interval)
    let second = try server.look()
    let alerts = try server.alerts()
    let lines = TopPage.lines(change(first, second), of: server.url, at: time, alerts: alerts)
    Console.print(lines.joined(separator: "\n"))
  }

  /// Draws until a signal ends it.
  private static func watch(_ server: WatchedServer, _ interval: Double) {
    Signals.hold()
    let screen = TerminalScreen()
    let end: @Sendable () -> Void = {
      screen.close()
      exit(0)
    }
    // A terminal that is closed sends SIGHUP.
    Signals.listen(reload: end, stop: end)
    var last: WatchedServer.Look?
    var alerts: [WatchedServer.Alert] = []
    var looks = 0
    while true {
      do {
        let look = try server.look()
        if looks % looksPerAlerts == 0 { alerts = try server.alerts() }
        looks += 1
        // What came before a gap is no interval to speak of.
        let before = last ?? look
        last = look
        screen.draw(
          TopPage.lines(change(before, look), of: server.url, at: time, alerts: alerts)
        )
      } catch {
        last = nil
        looks = 0
        let reason = "\(error)"
        screen.draw(TopPage.lines(waitingFor: server.url, because: reason, at: time))
      }
      Thread.sleep(forTimeInterval: interval)
    }
  }

  private static func change(
    _ earlier: WatchedServer.Look,
    _ later: WatchedServer.Look
  ) -> MetricsChange {
    MetricsChange(
      from: earlier.metrics,
      to: later.metrics,
      seconds: Double(later.nanoseconds - earlier.nanoseconds) / 1e9
    )
  }

  private static var time: String {
    let now = Timestamp(microseconds: Clocks.wallMicroseconds() / 1_000_000 * 1_000_000)
    return now.description
  }
}
