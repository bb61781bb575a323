import Engine
import FileJournal
import Foundation
import Gateway
import HTTP
import Journal
import Monitoring
import Payments
import Pipeline
import SQLiteStore
import Shell
import Storage
import Vault

/// Runs the whole platform in this process.
enum ServeCommand: Command {
  static let name = "serve"
  static let summary = "decide on transactions over HTTP"
  static var options: [Arguments.Option] {
    Configuration.options + [
      Arguments.Option("demo", nil, "simulate history, train on it, and show live traffic")
    ]
  }

  static func run(_ arguments: Arguments) throws {
    let configuration = try Configuration(
      arguments,
      environment: ProcessInfo.processInfo.environment
    )
    Signals.hold()
    let directory = DataDirectory(configuration.data)
    let node = try Node(directory, segmentBytes: configuration.segmentMiB << 20)
    let catalog = try directory.catalog(sources: node.sources)
    let programs = ProgramFiles(node, catalog: catalog)
    node.start()
    let store = try node.openStore()
    let projector = Projector(
      core: node.core,
      disk: try FileDisk(directory: directory.journal, readOnly: true),
      store: store,
      sources: node.sources
    ) { Console.note($0) }
    projector.start()

    var limits = Limits()
    limits.connections = configuration.maxConnections
    let loop = try HTTPLoop(
      address: configuration.address,
      port: UInt16(configuration.port),
      limits: limits
    )
    let monitor = Monitor(
      path: directory.path,
      intervalSeconds: configuration.monitoringSeconds,
      thresholds: configuration.thresholds,
      now: Clocks.wallMicroseconds
    )
    let identity = try SQLiteIdentityStore(path: directory.identity)
    let secrets = node.vault.secrets(tokenKey: configuration.secretKey)
    let welcome = try FirstAdministrator.welcome(identity, secrets)
    let gateway = try Gateway(
      settings: try settings(configuration, node, secrets),
      core: node.core,
      catalog: catalog,
      loop: loop,
      store: store,
      monitor: monitor,
      identityStore: identity,
      openJournal: { try FileDisk(directory: directory.journal, readOnly: true) },
      hurry: { projector.hurry() },
      rebuild: { projector.rebuild() }
    )
    let (policy, core) = (configuration.retention, node.core)
    let detachBytes = UInt64(configuration.detachMiB) << 20
    let snapshots = SnapshotKeeper(
      directory,
      core: core,
      every: UInt64(configuration.snapshotMiB) << 20
    ) {
      try RetentionKeeper(
        directory,
        core: core,
        policy: policy,
        detachBytes: detachBytes
      )
    }
    snapshots.start()
    monitor.watch(gateway.watched(at: "http://\(configuration.address):\(loop.port)"))
    monitor.start()
    let warmer = Warmer(
      core: node.core,
      disk: try FileDisk(directory: directory.journal, readOnly: true),
      sources: node.sources.map(\.id)
    ) { Console.note("assay: \($0)") }
    warmer.start()
    Signals.listen {
      programs.reload()
      warmer.ring()
    } stop: {
      loop.stop(drainMilliseconds: 5000)
    }
    if let welcome { Console.print(welcome) }
    announce(configuration, node, loop.port)
    let demo = arguments.has("demo") ? Demo(node, catalog, gateway.metrics) : nil
    demo?.start()
    loop.run(gateway)

    demo?.stop()
    monitor.stop()
    snapshots.stop()
    warmer.stop()
    node.core.stop()
    node.closeFlight()
    projector.stop()
    gateway.stop()
    Console.note("assay: stopped in order")
  }

  private static func settings(
    _ configuration: Configuration,
    _ node: Node,
    _ secrets: any Secrets
  ) throws -> Gateway.Settings {
    var clients = configuration.clients
    if clients.isEmpty {
      let own = try node.directory.ownKey()
      clients = [Gateway.ConfiguredClient(name: "own", key: own, permissions: .all)]
    }
    let vault = node.vault
    var settings = Gateway.Settings(
      secrets: secrets,
      clients: clients,
      tokenizer: { vault.token($0) },
      page: Array(StatusPage.html.utf8),
      shopStatus: configuration.shopStatus
    )
    settings.rate = configuration.rate
    settings.rateHoldsHere = configuration.rateRequests != nil
    settings.origins = configuration.origins
    return settings
  }

  private static func announce(_ configuration: Configuration, _ node: Node, _ port: UInt16) {
    let recovered = node.recovered
    Console.note(
      "assay \(Assay.version): \(configuration.data), \(recovered.fold.decisions) decisions and"
        + " \(recovered.fold.histories) past transactions folded"
        + (recovered.snapshot == nil ? "" : " onto a snapshot")
    )
    let key = configuration.clients.isEmpty ? "; API key in \(node.directory.keyFile)" : ""
    Console.print("assay listens on http://\(configuration.address):\(port)\(key)")
  }
}
