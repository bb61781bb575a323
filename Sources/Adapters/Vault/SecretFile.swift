// Safety: the C library is lent paths for the time of a call.
import Foundation
import Glibc

/// A small file with a secret, which is whole or not there, whenever the power goes.
package enum SecretFile {
  /// Puts a file into its place for its owner alone: written aside, synced, named, and the name
  /// synced.
  ///
  /// Without `replacing` a file that is there already stays as it is.
  package static func write(
    _ bytes: [UInt8],
    to path: String,
    replacing: Bool = false
  ) throws(VaultError) {
    let draft = "\(path).draft-\(getpid())"
    do {
      guard
        FileManager.default.createFile(
          atPath: draft,
          contents: nil,
          attributes: [.posixPermissions: 0o600]
        )
      else { throw CocoaError(.fileWriteUnknown) }
      defer { _ = unsafe unlink(draft) }
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: draft))
      try file.write(contentsOf: bytes)
      try file.synchronize()
      try file.close()
      // A name is given to a new file only where there is none: another process may be as far.
      let code = unsafe replacing ? rename(draft, path) : link(draft, path)
      guard code == 0 || (!replacing && errno == EEXIST) else {
        throw CocoaError(.fileWriteUnknown)
      }
      let above = URL(fileURLWithPath: path).deletingLastPathComponent()
      let folder = try FileHandle(forReadingFrom: above)
      try folder.synchronize()
      try folder.close()
    } catch {
      throw VaultError("cannot write \(path): \(error.localizedDescription)")
    }
  }
}
