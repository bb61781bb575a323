package import Engine
import Synchronization

/// What the core thread and its helpers let others see; any thread may read and write.
package final class NodeStatus: Sendable {
  private let quarantine = Mutex<[Quarantine]>([])
  private let refusedCount = Atomic<Int>(0)

  package init() {}

  /// What is in quarantine, oldest first.
  package var quarantined: [Quarantine] {
    get { quarantine.withLock { $0 } }
    set { quarantine.withLock { $0 = newValue } }
  }

  /// Submissions that were refused because they are in quarantine.
  package var quarantineRefusals: Int { refusedCount.load(ordering: .relaxed) }

  func countQuarantineRefusal() { refusedCount.add(1, ordering: .relaxed) }
}
