import Pipeline
import Storage
import Synchronization

/// All jobs and what is known of them, kept in a store; any thread may ask.
final class JobBook: Sendable {
  private struct State {
    /// Nil where it cannot be read: there are no jobs then, and none can be added.
    var store: (any JobStore)?
    var jobs: [BatchJob] = []
  }

  private let state: Mutex<State>
  private let files: JobFiles

  /// Why the jobs cannot be read; nil where they can.
  let failure: String?

  init(_ store: sending Result<any JobStore, StoreError>, _ files: JobFiles) {
    self.files = files
    do {
      let store = try store.get()
      let jobs = try store.jobs()
      state = Mutex(State(store: store, jobs: jobs))
      failure = nil
      files.removeStrangers(knowing: jobs)
    } catch {
      // Files of jobs that are not known now stay for the next start.
      state = Mutex(State())
      failure = "\(error)"
    }
  }

  var jobs: [BatchJob] { state.withLock { $0.jobs } }

  func job(_ number: Int64) -> BatchJob? {
    state.withLock { state in state.jobs.first { $0.number == number } }
  }

  /// The job to run next: the one that was running, or the first that waits.
  var next: BatchJob? { state.withLock { state in state.jobs.first { !$0.status.isFinished } } }

  /// Bytes of all jobs' files.
  var storedBytes: Int64 { state.withLock { $0.jobs.reduce(0) { $0 + $1.storedBytes } } }

  func add(_ job: BatchJob) throws -> BatchJob {
    try state.withLock { state in
      guard let store = state.store else {
        throw BatchRefusal(.unavailable, "the list of jobs cannot be read")
      }
      guard state.jobs.count(where: { !$0.status.isFinished }) < JobLimit.unfinished else {
        throw BatchRefusal(.tooMany, "\(JobLimit.unfinished) jobs are waiting; try again later")
      }
      let added = try store.add(job)
      state.jobs.append(added)
      return added
    }
  }

  /// Changes a job that is not finished; how it is now, nil where it is finished or gone.
  @discardableResult
  func change(_ number: Int64, _ body: (inout BatchJob) -> Void) throws -> BatchJob? {
    try state.withLock { state in
      guard let index = state.jobs.firstIndex(where: { $0.number == number }),
        !state.jobs[index].status.isFinished
      else { return nil }
      var job = state.jobs[index]
      body(&job)
      _ = try state.store?.update(job)
      state.jobs[index] = job
      return job
    }
  }

  /// Keeps how far a job has come, also of one that was cancelled meanwhile; whether it goes on.
  func keep(_ progress: BatchJob.Progress, of number: Int64) throws -> Bool {
    try state.withLock { state in
      guard let index = state.jobs.firstIndex(where: { $0.number == number }) else { return false }
      var job = state.jobs[index]
      job.progress = progress
      _ = try state.store?.update(job)
      state.jobs[index] = job
      return !job.status.isFinished
    }
  }

  /// Shows how far a job has come before it is durable, for those who watch.
  func isWanted(_ number: Int64) -> Bool {
    state.withLock { state in
      state.jobs.contains { $0.number == number && !$0.status.isFinished }
    }
  }

  /// Ends a job; nil where there is none.
  func cancel(_ number: Int64) throws -> BatchJob? {
    let done = try change(number) {
      $0.status = .cancelled
      $0.completed = Clocks.wallMicroseconds()
    }
    return done ?? job(number)
  }

  /// Forgets the oldest finished jobs with their files, beyond how many are kept, and as many more
  /// as it takes until `bytes` more fit below `bytesMax`.
  func makeRoom(for bytes: Int64 = 0, within bytesMax: Int64 = .max) throws {
    // A folder takes its time to go, and others want to see jobs meanwhile.
    var folders: [String] = []
    defer { for folder in folders { files.remove(folder) } }
    try state.withLock { state in
      while true {
        let finished = state.jobs.filter(\.status.isFinished)
        let stored = state.jobs.reduce(0) { $0 + $1.storedBytes }
        let isOver = bytesMax - stored < bytes
        guard finished.count > JobLimit.finished || isOver, let oldest = finished.first else {
          return
        }
        _ = try state.store?.remove(oldest.number)
        state.jobs.removeAll { $0.number == oldest.number }
        folders.append(oldest.folder)
      }
    }
  }
}
