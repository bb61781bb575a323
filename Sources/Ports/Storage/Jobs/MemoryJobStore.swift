/// The reference of `JobStore`: an array, gone with the process.
package final class MemoryJobStore: JobStore {
  private var rows: [BatchJob] = []
  private var last: Int64 = 0

  package init() {}

  package func add(_ job: BatchJob) throws(StoreError) -> BatchJob {
    last += 1
    var added = job
    added.number = last
    rows.append(added)
    return added
  }

  package func update(_ job: BatchJob) throws(StoreError) -> Bool {
    guard let index = rows.firstIndex(where: { $0.number == job.number }) else { return false }
    rows[index] = job
    return true
  }

  package func jobs() throws(StoreError) -> [BatchJob] { rows }

  package func remove(_ number: Int64) throws(StoreError) -> Bool {
    let count = rows.count
    rows.removeAll { $0.number == number }
    return rows.count < count
  }
}
