// Safety: paths are handed to the C library as strings; the descriptor is owned by the locked state
// until `take` hands it on.
import Foundation
import Glibc
import Journal
import Synchronization
import Threads

/// The next segment, reserved and zeroed ahead of time on a thread of its own, so that the writer
/// never waits for it.
@safe final class SpareSegment: Sendable {
  private struct State {
    var descriptor: Int32?
    var size = 0
    var busy = false
  }

  private let directory: String
  private let state = Mutex(State())

  private var path: String { directory + "/spare" }

  init(directory: String) { self.directory = directory }

  deinit {
    state.withLock { state in
      if let descriptor = state.descriptor {
        close(descriptor)
        unsafe unlink(path)
      }
    }
  }

  /// Starts to prepare a segment, unless one is ready or under way.
  ///
  /// A failure is left to `create`, which tries again and reports it.
  func prepare(size: Int) {
    let start = state.withLock { state in
      if state.busy || state.descriptor != nil { return false }
      state.busy = true
      return true
    }
    guard start else { return }
    let thread = WorkThread { [self] in
      unsafe unlink(path)
      let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      let failed =
        descriptor < 0
        || FileDisk.fill(descriptor, size: size, in: directory, besideOthers: true) != nil
      if failed, descriptor >= 0 {
        close(descriptor)
        unsafe unlink(path)
      }
      state.withLock { state in
        state.busy = false
        state.size = size
        state.descriptor = failed ? nil : descriptor
      }
    }
    // Without a thread to spare `create` makes the segment itself, and the next one is tried again.
    if thread.attempt() != nil { state.withLock { $0.busy = false } }
  }

  /// Gives the prepared segment its name, durably; nil where none of this size is ready.
  func take(size: Int, as target: String) throws(JournalError) -> Int32? {
    let ready = state.withLock { state -> Int32? in
      guard !state.busy, state.size == size else { return nil }
      defer { state.descriptor = nil }
      return state.descriptor
    }
    guard let ready else { return nil }
    guard unsafe rename(path, target) == 0, FileDisk.syncNames(of: directory) == nil else {
      let error = FileDisk.failure("name", target)
      close(ready)
      throw error
    }
    return ready
  }
}
