import CLinux
import Engine
import Foundation
package import Journal
import Synchronization
import Threads

/// Fills the windows that a source's new features or rules brought, from the log, while the old
/// ones go on; then has the core thread put them in force by a logged entry.
///
/// It runs at low priority and needs memory for a second set of the source's windows meanwhile.
package final class Warmer: @unchecked Sendable {
  // Safety: after `start` the disk belongs to the warmer's thread; windows under way belong to it
  // or, while a submission is out, to the core thread.

  private static let retries = 50

  private let core: CoreThread
  private let disk: any JournalDisk
  private let sources: [UInt16]
  private let report: @Sendable (String) -> Void
  private let stopping = Atomic<Bool>(false)
  private let doorbell = Doorbell()
  private let finished = DispatchSemaphore(value: 0)

  package init(
    core: CoreThread,
    disk: any JournalDisk,
    sources: [UInt16],
    report: @escaping @Sendable (String) -> Void
  ) {
    self.core = core
    self.disk = disk
    self.sources = sources
    self.report = report
  }

  package func start() {
    let thread = WorkThread { [self] in
      unsafe clinux_name_thread("warmer")
      clinux_nice_thread(19)
      repeat {
        for source in sources where !stopping.load(ordering: .relaxed) { warm(source) }
        if !stopping.load(ordering: .relaxed) { doorbell.wait() }
      } while !stopping.load(ordering: .relaxed)
      finished.signal()
    }
    thread.start()
  }

  /// Looks for warming sources again: features or rules have changed.
  package func ring() { doorbell.ring() }

  package func stop() {
    stopping.store(true, ordering: .relaxed)
    doorbell.ring()
    finished.wait()
  }

  private func warm(_ source: UInt16) {
    let asked = Submission()
    asked.kind = .fill
    asked.context = Int(source)
    guard core.submitAndWait(asked), let fill = asked.fill else { return }
    fill.open(disk)
    do {
      let started = Clocks.monotonicNanoseconds()
      guard try follow(fill) else { return }
      let entry = ControlEntry.Adoption(
        source: source,
        program: fill.program,
        from: fill.from,
        checkedAt: fill.position,
        digest: fill.digest()
      )
      for _ in 0..<Warmer.retries {
        guard try follow(fill) else { return }
        let done = Submission()
        done.kind = .adopt(entry)
        done.fill = fill
        guard core.submitAndWait(done) else { return }
        switch done.results.first {
        case .refused("behind"): continue
        case .refused(let why): return report("windows of source \(source): \(why)")
        default:
          let seconds = Double(Clocks.monotonicNanoseconds() - started) / 1e9
          return report(
            "windows of source \(source) are filled from \(fill.position.bytes >> 20)"
              + " MiB of log in \((seconds * 10).rounded() / 10) s"
          )
        }
      }
      report("windows of source \(source): the log grows faster than they are filled")
    } catch {
      report("windows of source \(source) are not filled from the log: \(error)")
    }
  }

  /// Folds the log up to its durable end; false where the program ends.
  private func follow(_ fill: WindowFill) throws -> Bool {
    while try fill.step(upTo: core.committed) {
      if stopping.load(ordering: .relaxed) { return false }
    }
    return true
  }
}
