import Gateway
import HTTP
import HTTPClient
import Shell

/// A service of S1 in a process of its own, before the one that owns the data directory.
enum RelayProcess {
  static func run(_ role: Surface, _ configuration: Configuration) throws {
    guard let key = configuration.serviceKey else {
      throw UsageError("--role \(role.word) needs ASSAY_SERVICE_KEY, as the model process has it")
    }
    var limits = Limits()
    limits.connections = configuration.maxConnections
    limits.bodiesApart = Gateway.bodiesApart
    let port = try configuration.address(of: role).port
    let server = try ServerSocket(configuration, [port], limits, role)
    let relay = try Relay(role, try configuration.addresses(), serviceKey: key, loop: server.loop)
    relay.start()
    Signals.listen {
    } stop: {
      server.stop()
    }
    let name = role == .whole ? "assay" : "assay \(role.word)"
    Console.print("\(name) listens on \(server.address)")
    server.run(relay)
    relay.stop()
  }
}
