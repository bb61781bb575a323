import Batch
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
import Threads
import Vault

/// Runs the whole platform in this process.
enum ServeCommand: Command {
  static let name = "serve"
  static let summary = "decide on transactions over HTTP"
  static var options: [Arguments.Option] {
    Configuration.options + [
      Arguments.Option("demo", nil, "simulate history, train on it, and show live traffic"),
      Arguments.Option(
        "compat-ports",
        nil,
        "also listen on the ports of S1's services and of pages"
      ),
      Arguments.Option("split", nil, "run S1's eight services as processes of their own"),
      Arguments.Option(
        "role",
        "NAME",
        "run one of them: " + Surface.all.map(\.word).joined(separator: ", ")
      ),
    ]
  }

  static func run(_ arguments: Arguments) throws {
    let configuration = try Configuration(
      arguments,
      environment: ProcessInfo.processInfo.environment
    )
    let role = try role(arguments)
    Signals.hold()
    if arguments.has("split") { return try ServiceSupervisor(configuration, arguments).run() }
    let log = try configuration.logging.start()
    if role != nil { ServiceSupervisor.follow() }
    if let role, role != .service(.model) { return try RelayProcess.run(role, configuration) }
    let directory = DataDirectory(configuration.data)
    // A damaged key is refused before anything runs.
    if configuration.clients.isEmpty { _ = try directory.readOwnKey() }
    let node = try Node(
      directory,
      segmentBytes: configuration.segmentMiB << 20,
      checksClock: configuration.clockCheck
    )
    let stores = SideStores(directory: directory, status: node.core.status)
    stores.warnOfMissing(beside: node.recovered)
    let catalog = try directory.catalog(sources: node.sources)
    let programs = ProgramFiles(node, catalog: catalog)
    try programs.announce()
    node.start()
    let store = try node.openStore()
    let projector = Projector(
      core: node.core,
      disk: try FileDisk(directory: directory.journal, readOnly: true),
      store: store,
      sources: node.sources
    ) { Log.warning($0) }
    projector.start()

    var limits = Limits()
    limits.connections = configuration.maxConnections
    let listening = try Listening(configuration, role, compatible: arguments.has("compat-ports"))
    limits.bodiesApart = Gateway.bodiesApart
    let server = try ServerSocket(configuration, listening.ports, limits, role)
    let loop = server.loop
    let monitor = Monitor(
      path: directory.path,
      intervalSeconds: configuration.monitoringSeconds,
      thresholds: configuration.thresholds,
      now: Clocks.wallMicroseconds
    )
    let identity = try stores.openIdentity()
    let secrets = node.vault.secrets(tokenKey: configuration.secretKey)
    let welcome = FirstAdministrator.welcome(identity, secrets)
    let desk = try AlertDesk(configuration.alerts, node, catalog)
    let batch = try directory.makeBatch(
      configuration.batch,
      numericIds: configuration.numericIds,
      node,
      catalog
    ) { job, count in
      desk.tell("batch_high_risk", "Job \(job.id) has \(count) transactions of high risk")
    }
    let gateway = try Gateway(
      settings: try settings(configuration, node, secrets, listening.surfaces),
      core: node.core,
      catalog: catalog,
      loop: loop,
      store: store,
      monitor: monitor,
      identityStore: identity,
      batch: batch,
      alerts: desk.service,
      openJournal: { try FileDisk(directory: directory.journal, readOnly: true) },
      hurry: { projector.hurry() },
      rebuild: { projector.rebuild() }
    )
    let telemetry = ServerTelemetry(configuration, gateway, node.core, monitor)
    telemetry.start()
    desk.start(listeningTo: monitor)
    watchObstacles(node.core.status, desk)
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
        detachBytes: detachBytes,
        alerts: desk.service
      )
    }
    snapshots.start()
    monitor.watch(
      role == nil
        ? gateway.watched(at: "http://\(configuration.address):\(loop.port)")
        : try ServiceProbe.all(gateway, configuration)
    )
    monitor.start()
    let warmer = Warmer(
      core: node.core,
      disk: try FileDisk(directory: directory.journal, readOnly: true),
      sources: node.sources.map(\.id)
    ) { Log.info("assay: \($0)") }
    warmer.start()
    Signals.listen {
      log.reopen()
      server.renew()
      programs.reload()
      warmer.ring()
    } stop: {
      server.stop()
    }
    batch.start { [metrics = gateway.metrics] in metrics.count($0) }
    if let welcome { Console.print(welcome) }
    announce(configuration, node, server.address, role)
    let demo = arguments.has("demo") ? Demo(node, programs, gateway.metrics) : nil
    demo?.start()
    server.run(gateway)

    batch.stop()
    demo?.stop()
    telemetry.stop()
    monitor.stop()
    desk.stop()
    snapshots.stop()
    warmer.stop()
    node.core.stop()
    node.close()
    projector.stop()
    gateway.stop()
    Log.info("assay: stopped in order")
  }

  private static func settings(
    _ configuration: Configuration,
    _ node: Node,
    _ secrets: any Secrets,
    _ surfaces: [Surface]
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
    settings.version = Assay.version
    settings.pageParts = StatusPage.parts
    settings.numericIds = configuration.numericIds
    settings.rate = configuration.rate
    settings.rateHoldsHere = configuration.rateRequests != nil
    settings.origins = configuration.origins
    settings.documents = DocumentFolder.files(configuration.swagger)
    settings.surfaces = surfaces
    settings.accessLog = configuration.logging.access
    settings.traces = configuration.telemetry.endpoint != nil
    settings.serviceKey = configuration.serviceKey
    return settings
  }

  /// Says in the log when payments are not decided any more, and when they are again; a clock that
  /// was set is an alert.
  private static func watchObstacles(_ status: NodeStatus, _ desk: AlertDesk) {
    status.listen { obstacle in
      guard let obstacle else { return Log.warning("assay: payments are decided again") }
      Log.error("assay: nothing is decided: \(obstacle)")
      guard case .clockStep = obstacle else { return }
      // The core thread does not wait for a store; without a thread the log has said it.
      _ = WorkThread { desk.tell("clock_step", "\(obstacle)") }.attempt()
    }
  }

  private static func role(_ arguments: Arguments) throws(UsageError) -> Surface? {
    guard let word = arguments.text("role") else { return nil }
    guard let role = Surface(word: word) else {
      let known = Surface.all.map(\.word).joined(separator: ", ")
      throw UsageError("there is no role '\(word)'; there are \(known)")
    }
    guard !arguments.has("split"), !arguments.has("compat-ports") else {
      throw UsageError("--role is for one process: without --split and --compat-ports")
    }
    return role
  }

  private static func announce(
    _ configuration: Configuration,
    _ node: Node,
    _ address: String,
    _ role: Surface?
  ) {
    let recovered = node.recovered
    Log.info(
      "assay \(Assay.version): \(configuration.data), \(recovered.fold.decisions) decisions and"
        + " \(recovered.fold.histories) past transactions folded"
        + (recovered.snapshot == nil ? "" : " onto a snapshot")
    )
    if !configuration.isLoopback, configuration.rateRequests == nil {
      let rate = configuration.rate
      Log.info(
        "assay: a client on another machine may send \(rate.requests) requests in"
          + " \(rate.seconds) s; RATE_LIMIT_REQUESTS and RATE_LIMIT_WINDOW set it, or a key's own"
          + " rate (docs/api.md)"
      )
    }
    let key = configuration.clients.isEmpty ? "; API key in \(node.directory.keyFile)" : ""
    let name = role.map { "assay \($0.word)" } ?? "assay"
    Console.print("\(name) listens on \(address)\(key)")
  }
}
