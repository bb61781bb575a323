import Foundation
import Journal
import Pipeline
import Shell
import Synchronization

/// Has a child process write a snapshot whenever the log has grown enough.
final class SnapshotKeeper: Sendable {
  private static let secondsBetweenLooks = 5

  private let directory: DataDirectory
  private let core: CoreThread
  private let every: UInt64
  private let stopping = Atomic<Bool>(false)
  private let doorbell = Doorbell()
  private let finished = DispatchSemaphore(value: 0)

  init(_ directory: DataDirectory, core: CoreThread, every bytes: UInt64) {
    self.directory = directory
    self.core = core
    every = bytes
  }

  func start() {
    Thread { [self] in
      var last = core.committed.bytes
      while true {
        doorbell.wait(milliseconds: SnapshotKeeper.secondsBetweenLooks * 1000)
        if stopping.load(ordering: .relaxed) { break }
        let committed = core.committed.bytes
        if committed - last >= every {
          takeSnapshot(until: committed)
          last = committed
        }
      }
      finished.signal()
    }.start()
  }

  func stop() {
    stopping.store(true, ordering: .relaxed)
    doorbell.ring()
    finished.wait()
  }

  private func takeSnapshot(until position: UInt64) {
    let child = Process()
    child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    child.arguments = ["snapshot", "--data", directory.path, "--until", "\(position)"]
    child.qualityOfService = .background
    child.standardOutput = FileHandle.nullDevice
    do {
      try child.run()
      child.waitUntilExit()
      if child.terminationStatus != 0 {
        Console.note("snapshot: the child ended with \(child.terminationStatus)")
      }
    } catch {
      Console.note("snapshot: \(error)")
    }
  }
}
