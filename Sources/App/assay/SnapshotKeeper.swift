import Foundation
import Journal
import Pipeline
import Shell
import Synchronization
import Threads

/// Has a child process write a snapshot whenever the log has grown enough.
final class SnapshotKeeper: Sendable {
  private static let secondsBetweenLooks = 5

  private let directory: DataDirectory
  private let core: CoreThread
  private let every: UInt64
  private let stopping = Atomic<Bool>(false)
  private let doorbell = Doorbell()
  private let finished = DispatchSemaphore(value: 0)
  private let makeRetention: @Sendable () throws -> RetentionKeeper

  init(
    _ directory: DataDirectory,
    core: CoreThread,
    every bytes: UInt64,
    retention: @escaping @Sendable () throws -> RetentionKeeper
  ) {
    self.directory = directory
    self.core = core
    every = bytes
    makeRetention = retention
  }

  func start() {
    WorkThread { [self] in
      var last = core.committed.bytes
      var retention: RetentionKeeper?
      while true {
        doorbell.wait(milliseconds: SnapshotKeeper.secondsBetweenLooks * 1000)
        if stopping.load(ordering: .relaxed) { break }
        let committed = core.committed.bytes
        if committed - last >= every {
          takeSnapshot(until: committed)
          last = committed
        }
        do {
          if retention == nil { retention = try makeRetention() }
          try retention?.look()
        } catch {
          Log.error("retention: \(error)")
        }
      }
      finished.signal()
    }.start()
  }

  func stop() {
    stopping.store(true, ordering: .relaxed)
    doorbell.ring()
    SnapshotKeeper.child.withLock { $0?.end() }
    finished.wait()
  }

  private func takeSnapshot(until position: UInt64) {
    _ = SnapshotKeeper.runChild(directory, ["--until", "\(position)"])
  }

  /// The child that is under way, which a stop ends.
  private static let child = Mutex<ChildProcess?>(nil)

  /// Runs `assay snapshot` as a child; whether it succeeded.
  static func runChild(_ directory: DataDirectory, _ words: [String]) -> Bool {
    do throws(CommandError) {
      let process = try ChildProcess(["snapshot", "--data", directory.path] + words)
      child.withLock { $0 = process }
      let code = process.wait()
      child.withLock { $0 = nil }
      if code != 0 { Log.error("snapshot: the child ended with \(code)") }
      return code == 0
    } catch {
      Log.error("snapshot: \(error)")
      return false
    }
  }
}
