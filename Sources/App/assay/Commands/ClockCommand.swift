import Foundation
import Payments
import Pipeline
import Shell

/// Confirms that the clock is right, after it was set or where the log lies ahead of it: on a
/// running server, or on a data directory that no server is using.
enum ClockCommand: Command {
  static let name = "clock"
  static let summary = "confirm that the clock is right, after it was wrong or was set"
  static let words = ["reset"]
  static let options =
    [
      Arguments.Option("data", "DIR", "data directory; no server may be using it")
    ] + RemoteServer.options

  static func run(_ arguments: Arguments) throws {
    let server = try RemoteServer(arguments)
    guard arguments.words == ["reset"] else { throw UsageError("'reset' is expected") }
    if let server {
      _ = try server.request("POST", "/api/v1/clock/reset")
    } else {
      let directory = DataDirectory(try arguments.required("data"))
      try directory.requireJournal()
      let node = try Node(directory, checksClock: false)
      try node.resetClock()
      node.start()
      node.core.stop()
      node.close()
    }
    Console.print("the clock is taken for right as it is")
  }
}
