/// Keeps jobs and how far they have come; what a call changed is durable when it returns.
///
/// One thread at a time uses a store.
package protocol JobStore: AnyObject {
  /// Adds a job, whose number is given to it.
  func add(_ job: BatchJob) throws(StoreError) -> BatchJob

  /// Keeps how a job is now; false where there is no such job.
  func update(_ job: BatchJob) throws(StoreError) -> Bool

  /// All jobs, by number.
  func jobs() throws(StoreError) -> [BatchJob]

  /// Forgets a job; false where there is no such job. Its number is never given again.
  func remove(_ number: Int64) throws(StoreError) -> Bool
}

/// How many jobs there may be.
package enum JobLimit {
  /// Finished jobs that are kept, with their files.
  package static let finished = 100
  /// Jobs that wait or run.
  package static let unfinished = 100
}
