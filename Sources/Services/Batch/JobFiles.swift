import BulkFiles
import Foundation
package import Storage

/// The files of jobs: one folder each, with input, results and errors.
package struct JobFiles: Sendable {
  package let root: String

  package init(_ root: String) { self.root = root }

  package func folder(_ job: BatchJob) -> String { root + "/" + job.folder }

  package func input(_ job: BatchJob) -> String {
    job.kind == .file ? job.path : folder(job) + "/input"
  }

  package func results(_ job: BatchJob) -> String { folder(job) + "/results.csv" }
  package func errors(_ job: BatchJob) -> String { folder(job) + "/errors.csv" }
  /// Where `score` notes what it has decided on; of use to one run only.
  func rows(_ job: BatchJob) -> String { folder(job) + "/rows" }

  /// Makes a folder for the owner alone, with the folder above it; its name.
  func makeFolder(now: Int64) throws -> String {
    var name = ""
    for _ in 0..<12 { name.append(String(UInt8.random(in: 0..<36), radix: 36)) }
    name = "\(now / 1_000_000)-\(name)"
    try FileManager.default.createDirectory(
      atPath: root + "/" + name,
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700]
    )
    return name
  }

  /// Creates an empty file for the owner alone.
  static func create(_ path: String) throws -> FileHandle {
    guard
      FileManager.default.createFile(
        atPath: path,
        contents: nil,
        attributes: [.posixPermissions: 0o600]
      )
    else { throw CocoaError(.fileWriteUnknown) }
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }

  /// Removes the input of a job that has ended; a file of another folder stays.
  func removeInput(_ job: BatchJob) {
    let path = folder(job) + "/input"
    guard FileManager.default.fileExists(atPath: path) else { return }
    // What is left of it goes at the next start.
    try? BulkFile.remove(path)
  }

  func removeRows(_ job: BatchJob) {
    // What is left of it goes with the job.
    try? BulkFile.remove(rows(job))
  }

  func remove(_ folder: String) {
    let path = root + "/" + folder
    // A folder that is not there has no files.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    // What is left is removed at the next start.
    for name in names { try? BulkFile.remove(path + "/" + name) }
    try? FileManager.default.removeItem(atPath: path)  // So is the folder.
  }

  /// Removes the folders of no job: uploads that were not finished; and inputs that were needed to
  /// the end of their jobs.
  func removeStrangers(knowing jobs: [BatchJob]) {
    let known = Set(jobs.map(\.folder))
    // A folder that is not there has no strangers.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    for name in names where !known.contains(name) { remove(name) }
    for job in jobs where job.status.isFinished { removeInput(job) }
  }

  /// Bytes of a file; 0 where there is none.
  static func size(_ path: String) -> Int64 {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)  // None has no size.
    return (attributes?[.size] as? NSNumber)?.int64Value ?? 0
  }

  /// Bytes that are free on the disk; `Int.max` where the system does not say.
  var freeBytes: Int {
    var path = root
    while !FileManager.default.fileExists(atPath: path), path.contains("/"), path != "/" {
      path = (path as NSString).deletingLastPathComponent
    }
    // A system that does not say is taken for one with space: writes fail where it has none.
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
    return (attributes?[.systemFreeSize] as? NSNumber)?.intValue ?? .max
  }
}
