import Foundation
import HTTPClient
import Payments
import Pipeline
import Shell
import Simulator

/// `simulate --into`: the simulated population as clients of a server.
///
/// The simulated days end today unless `--start` says otherwise, so that no payment lies in the
/// future. Labels come at their turn of the simulated clock.
enum LoadCommand {
  private static let outputs = ["out", "format", "activities", "check"]

  static func run(_ dialect: Dialect, _ arguments: Arguments) throws {
    for name in outputs where arguments.has(name) {
      throw UsageError("--\(name) does not go with --into")
    }
    let address: ServerAddress
    do {
      address = try ServerAddress(try arguments.required("into"))
    } catch let error as ClientError {
      throw UsageError("--into: \(error)")
    }
    let days = try arguments.integer("days", 1...AccountSimulation.daysMax) ?? 30
    let now = Clocks.wallMicroseconds()
    let today = Timestamp(microseconds: now).day
    let first = Timestamp(microseconds: (today - Int64(days)) * Timestamp.microsecondsPerDay)
    let start = try SimulateCommand.start(arguments, otherwise: first.description)
    let seed = try SimulateCommand.seed(arguments)
    let run = UInt64(now / 1_000_000)
    let traffic = LoadTraffic(
      try SimulateCommand.accounts(dialect, arguments, start: start),
      PaymentText(dialect, seed: seed, start: start),
      run: run
    )
    let driver = LoadDriver(
      traffic,
      to: address,
      key: arguments.text("key") ?? RemoteServer.environmentKey ?? "",
      rate: try arguments.number("rate", 0.01...1_000_000) ?? 100,
      seconds: try arguments.number("seconds", 0.01...1e7)
    )
    let connections = try arguments.integer("connections", 1...LoadDriver.connectionsMax) ?? 16
    let report = driver.run(connections: connections)
    if arguments.has("json") { try Console.json(report) } else { Console.print(report.text) }
    if report.payments == 0 {
      throw CommandError("no payment was taken: \(report.firstError ?? "there was none")")
    }
  }
}
