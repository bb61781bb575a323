// Safety: the store is reached inside of the lock only, and nothing of it leaves.
import Foundation
package import Storage

/// The store of alerts in the hands of several threads, one at a time.
package final class SharedAlertStore: @unchecked Sendable {
  private let lock = NSLock()
  private let store: any AlertStore

  /// Takes a store over, which nobody else uses from then on.
  package init(_ store: any AlertStore) { self.store = store }

  /// Uses the store; for a few statements, never while something is sent.
  package func use<Result>(
    _ body: (any AlertStore) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(store)
  }
}
