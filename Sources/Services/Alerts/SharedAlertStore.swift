// Safety: the store is reached inside of the lock only, and nothing of it leaves.
import Foundation
package import Storage

/// The store of alerts in the hands of several threads, one at a time.
package final class SharedAlertStore: @unchecked Sendable {
  private let lock = NSLock()
  private let open: () throws(StoreError) -> any AlertStore
  private var store: (any AlertStore)?

  /// A store that is opened when it is first asked for, and again as long as that fails.
  package init(opening open: @escaping () throws(StoreError) -> any AlertStore) {
    self.open = open
  }

  /// Takes a store over, which nobody else uses from then on.
  package convenience init(_ store: any AlertStore) {
    self.init { () throws(StoreError) in store }
  }

  /// Uses the store; for a few statements, never while something is sent.
  package func use<Result>(
    _ body: (any AlertStore) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    lock.lock()
    defer { lock.unlock() }
    if let store { return try body(store) }
    let opened = try open()
    store = opened
    return try body(opened)
  }
}
