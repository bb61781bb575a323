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
    let loop = try HTTPLoop(
      address: configuration.address,
      port: try configuration.address(of: role).port,
      limits: limits
    )
    let relay = try Relay(role, try configuration.addresses(), serviceKey: key, loop: loop)
    relay.start()
    Signals.listen {
    } stop: {
      loop.stop(drainMilliseconds: 5000)
    }
    let name = role == .whole ? "assay" : "assay \(role.word)"
    Console.print("\(name) listens on http://\(configuration.address):\(loop.port)")
    loop.run(relay)
    relay.stop()
  }
}
