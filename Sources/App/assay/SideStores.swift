import Alerts
import Engine
import Batch
import Gateway
import Pipeline
import SQLiteStore
import Shell
import Storage

/// The stores beside the log: where one cannot be opened or written, decisions go on without it,
/// and its part says why.
///
/// One of a later version of the program ends the start.
struct SideStores {
  let directory: DataDirectory
  let status: NodeStatus

  /// Says which stores are missing beside a log that is not new: they start empty.
  func warnOfMissing(beside log: Startup) {
    guard log.fold.decisions + log.fold.histories > 0 || log.snapshot != nil else { return }
    let stores = [
      (directory.identity, "users, keys and the audit log"), (directory.alerts, "alerts"),
      (directory.jobs, "jobs"),
    ]
    for (path, content) in stores where DataDirectory.isNothing(path) {
      Log.warning(
        "assay: \(path) is missing or empty beside a log and starts anew: \(content) of before are"
          + " gone, unless it is restored from a copy"
      )
    }
    if DataDirectory.isNothing(directory.database) {
      Log.warning(
        "assay: \(directory.database) is missing or empty beside a log: it is made again from it"
      )
    }
  }

  /// Users and keys; without them only keys from the configuration are known.
  func openIdentity() throws(StoreError) -> any IdentityStore {
    note("identity", directory.identity, nil)
    do throws(StoreError) {
      return try SQLiteIdentityStore(path: directory.identity)
    } catch {
      if error.code == .laterVersion { throw error }
      note("identity", directory.identity, "\(error)")
      return UnopenedIdentityStore(error)
    }
  }

  /// The store of alerts, which is opened again when it is next asked for.
  func openAlerts() throws(StoreError) -> SharedAlertStore {
    let path = directory.alerts
    note("alerts", path, nil)
    do throws(StoreError) {
      return SharedAlertStore(try SQLiteAlertStore(path: path))
    } catch {
      if error.code == .laterVersion { throw error }
      note("alerts", path, "\(error)")
    }
    return SharedAlertStore { () throws(StoreError) in try SQLiteAlertStore(path: path) }
  }

  func openJobs() throws(StoreError) -> Result<any JobStore, StoreError> {
    note("batch", directory.jobs, nil)
    do throws(StoreError) {
      return .success(try SQLiteJobStore(path: directory.jobs))
    } catch {
      if error.code == .laterVersion { throw error }
      note("batch", directory.jobs, "\(error)")
      return .failure(error)
    }
  }

  /// Notes how a part is, and says so once where it is news.
  func note(_ name: String, _ path: String, _ failure: String?) {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    guard status.note(NodeStatus.Part(name, file: file, failure: failure)) else { return }
    if let failure {
      Log.warning("assay: \(name) fails, decisions go on without it: \(path): \(failure)")
    } else {
      Log.warning("assay: \(name) works again (\(path))")
    }
  }
}
