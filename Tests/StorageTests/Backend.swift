import Foundation
import SQLiteStore
import Storage

/// A place for one store's files, deleted at the end of the test.
final class Scratch: Sendable {
  let path: String
  private let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "assay-storage-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    path = folder + "/decisions.db"
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func bytes(_ suffix: String = "") throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path + suffix))
  }

  func write(_ bytes: Data, _ suffix: String = "") throws {
    try bytes.write(to: URL(fileURLWithPath: path + suffix))
  }

  func exists(_ suffix: String = "") -> Bool {
    FileManager.default.fileExists(atPath: path + suffix)
  }
}

/// The stores that the contract is run on.
enum Backend: String, CaseIterable {
  case memory
  case sqlite

  /// A new store, and how another thread opens a reader of it.
  func makeStore(
    in scratch: Scratch
  ) throws -> (any DecisionStore, @Sendable () throws -> any DecisionReader) {
    switch self {
    case .memory:
      let store = MemoryStore()
      return (store, { store.reader() })
    case .sqlite:
      let path = scratch.path
      return (try SQLiteStore(path: path), { try SQLiteReader(path: path) })
    }
  }
}
