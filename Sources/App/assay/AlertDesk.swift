import Alerts
import Courier
import FileJournal
import Foundation
import Gateway
import Messaging
import Monitoring
import Payments
import Pipeline
import SQLiteStore
import Shell
import Storage
import Threads
import Vault

/// The service of alerts with what it needs of this program.
struct AlertDesk {
  /// What a mail on its way has left when the program stops.
  private static let graceSeconds = 5.0

  let service: AlertService
  private let courier: Courier

  init(_ configuration: AlertConfiguration, _ node: Node, _ catalog: Catalog) throws {
    let directory = node.directory
    courier = Courier(
      mail: try configuration.mailServer(),
      trusted: configuration.certificates
    )
    if let file = configuration.certificates, !FileManager.default.isReadableFile(atPath: file) {
      throw UsageError("ASSAY_CA_FILE: cannot read \(file)")
    }
    let (sources, core) = (node.sources, node.core)
    let stores = SideStores(directory: directory, status: core.status)
    let surroundings = AlertSurroundings(
      now: Clocks.wallMicroseconds,
      sources: sources,
      reasons: { catalog.reasons(of: $0) },
      isErased: { core.status.erasures.covers($0.span, at: $1) },
      address: { user throws(StoreError) in try AlertDesk.address(of: user, directory) },
      figures: { day in AlertDesk.figures(of: day, sources, directory) },
      print: { Console.print($0) },
      note: { Log.warning("assay: \($0)") },
      condition: { stores.note("alerts", directory.alerts, $0) }
    )
    service = AlertService(
      settings: configuration.settings,
      surroundings: surroundings,
      store: try stores.openAlerts(),
      secrets: node.vault.alertSecrets,
      mail: courier,
      web: courier,
      journal: try FileDisk(directory: directory.journal, readOnly: true),
      committed: { core.committed }
    )
  }

  /// Starts the service, which raises and resolves what the monitor finds.
  func start(listeningTo monitor: Monitor) {
    let service = service
    service.start()
    monitor.tell { alert in
      do throws(StoreError) {
        let about = alert.service ?? ""
        if alert.resolved != nil {
          try service.resolveSystem(type: alert.kind, about: about)
        } else {
          try service.raiseSystem(
            type: alert.kind,
            message: alert.message,
            about: about,
            severity: alert.severity == .critical ? .critical : .warning
          )
        }
      } catch {
        Log.error("assay: no alert of \(alert.kind): \(error)")
      }
    }
  }

  /// Raises an alert of the program's own; what cannot be raised is noted.
  func tell(_ type: String, _ message: String) {
    do throws(StoreError) {
      try service.raiseSystem(type: type, message: message)
    } catch {
      Log.error("assay: no alert of \(type): \(error): \(message)")
    }
  }

  /// Lets what is on its way arrive, for some seconds, and ends the threads.
  func stop() {
    let courier = courier
    let stopped = DispatchSemaphore(value: 0)
    let patience = WorkThread {
      if stopped.wait(timeout: .now() + AlertDesk.graceSeconds) == .timedOut { courier.stop() }
    }
    // Without a thread to wait on nothing is waited for.
    if patience.attempt() != nil { courier.stop() }
    service.stop()
    stopped.signal()
  }

  private static func address(
    of user: Int64,
    _ directory: DataDirectory
  ) throws(StoreError) -> String? {
    let store = try SQLiteIdentityStore(path: directory.identity)
    return try store.users(after: user - 1, limit: 1).first { $0.id == user }?.email
  }

  private static func figures(
    of day: Int64,
    _ sources: [Source],
    _ directory: DataDirectory
  ) -> [(name: String, value: String)] {
    // A report without decisions says so.
    guard let reader = try? SQLiteReader(path: directory.database) else {
      return [("Decisions", "not known")]
    }
    var figures: [(name: String, value: String)] = []
    for source in sources {
      let query = RollupQuery(source: source.id, grain: .day, periods: day..<day + 1)
      // As above: what cannot be read is left out.
      guard let sums = (try? reader.rollups(query))?.first?.sums, sums.count > 0 else { continue }
      figures.append(("Decisions (\(source.name))", "\(sums.count)"))
      figures.append(("Taken for fraud (\(source.name))", "\(sums.flagged)"))
    }
    return figures
  }
}
