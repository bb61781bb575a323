import Foundation
import SQLiteStore
import Storage
import Testing

/// What every store of jobs promises.
@Suite(.serialized) struct JobContractTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func make(_ backend: Backend) throws -> any JobStore {
    switch backend {
    case .memory: MemoryJobStore()
    case .sqlite: try SQLiteJobStore(path: scratch.path)
    }
  }

  private func job(_ name: String = "a.csv") -> BatchJob {
    var job = BatchJob(
      kind: .upload,
      mode: .score,
      format: .ndjson,
      source: 3,
      folder: "17-x",
      inputSize: 900,
      created: 5
    )
    job.name = name
    return job
  }

  /// A job with something in every field.
  private func full(_ number: Int64) -> BatchJob {
    var job = job("'; DROP TABLE job; --")
    job.number = number
    job.kind = .file
    job.mode = .ingest
    job.format = .csv
    job.map = "amount = Betrag\n"
    job.path = "/srv/in/a.csv"
    job.status = .running
    job.started = 6
    job.completed = 7
    job.progress.rows = 1
    job.progress.failed = 2
    job.progress.highRisk = 3
    job.progress.inputBytes = 4
    job.progress.resultBytes = 1 << 40
    job.progress.errorBytes = 6
    job.reason = "line 7: „quote“ is open"
    job.position = 1 << 50
    job.receivedAt = 8
    return job
  }

  @Test(arguments: Backend.allCases)
  func `a fresh store has no jobs`(backend: Backend) throws {
    let store = try make(backend)
    #expect(try store.jobs().isEmpty)
    #expect(try !store.update(job()))
    #expect(try !store.remove(1))
  }

  @Test(arguments: Backend.allCases)
  func `jobs are numbered from 1 and come in that order`(backend: Backend) throws {
    let store = try make(backend)
    for number in 1...3 { #expect(try store.add(job("\(number)")).number == number) }
    #expect(try store.jobs().map(\.name) == ["1", "2", "3"])
    #expect(try store.jobs().map(\.number) == [1, 2, 3])
  }

  @Test(arguments: Backend.allCases)
  func `every field is kept`(backend: Backend) throws {
    let store = try make(backend)
    let plain = try store.add(job())
    let other = try store.add(job())
    #expect(try store.update(full(other.number)))
    #expect(try store.jobs() == [plain, full(other.number)])
    for status in BatchJob.Status.allCases {
      var changed = plain
      changed.status = status
      #expect(try store.update(changed))
      #expect(try store.jobs().first == changed)
    }
  }

  @Test(arguments: Backend.allCases)
  func `a number is never given again`(backend: Backend) throws {
    let store = try make(backend)
    for _ in 0..<3 { _ = try store.add(job()) }
    #expect(try store.remove(3))
    #expect(try !store.remove(3))
    #expect(try store.remove(1))
    #expect(try store.add(job()).number == 4)
    #expect(try store.jobs().map(\.number) == [2, 4])
  }

  @Test func `jobs are there after the store was opened again`() throws {
    let added = try SQLiteJobStore(path: scratch.path).add(full(0))
    let store = try SQLiteJobStore(path: scratch.path)
    #expect(try store.jobs() == [added])
    #expect(try store.add(job()).number == 2)
    let mode = try FileManager.default.attributesOfItem(atPath: scratch.path)[.posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o600)
  }

  @Test func `a damaged file is said to be one`() throws {
    try scratch.write(Data(repeating: 7, count: 9000))
    #expect(throws: StoreError.self) { _ = try SQLiteJobStore(path: scratch.path) }
  }
}
