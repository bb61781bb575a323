import Foundation

/// The folder whose files jobs may read by their names.
struct InputFolder {
  private let root: String?

  init(_ root: String?) { self.root = root }

  /// The place of a file, which lies in the folder itself and not behind a link out of it.
  func file(_ path: String) throws(BatchRefusal) -> String {
    guard let root else {
      throw BatchRefusal(
        .malformed,
        "files of this machine are closed to jobs; BATCH_FOLDER opens a folder of them"
      )
    }
    guard !path.isEmpty, !path.utf8.contains(0), path.utf8.count <= 4096 else {
      throw BatchRefusal(.malformed, "file_path is the name of a file")
    }
    let folder = URL(fileURLWithPath: root).resolvingSymlinksInPath().standardizedFileURL.path
    let named = path.hasPrefix("/") ? path : root + "/" + path
    let real = URL(fileURLWithPath: named).resolvingSymlinksInPath().standardizedFileURL.path
    guard real.hasPrefix(folder == "/" ? "/" : folder + "/"), isPlain(real)
    else { throw BatchRefusal(.malformed, "File not found below the folder for such files") }
    return real
  }

  /// Whether it is a file, and no device or pipe on which a reader would wait.
  private func isPlain(_ path: String) -> Bool {
    // What has no attributes is no file.
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.type] as? FileAttributeType == .typeRegular
  }
}
