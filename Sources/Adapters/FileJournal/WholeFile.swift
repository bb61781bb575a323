// Safety: every pointer handed to the C library comes from a buffer inside the closure that owns
// it, with what is left of that buffer's length; the descriptor is closed once.
import CLinux
import Glibc
package import Journal

/// Files that are read and replaced as a whole.
package enum WholeFile {
  /// A file's bytes, read into one buffer: no more memory is taken than the file is long.
  package static func read(_ path: String) throws(JournalError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileDisk.failure("open", path) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileDisk.failure("examine", path) }
    let size = Int(status.st_size)
    var failure: Int32?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let rest = unsafe buffer.baseAddress.map { unsafe $0 + count }
        let got = unsafe Glibc.read(descriptor, rest, size - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        count += got
      }
    }
    if let failure { throw FileDisk.failure("read", path, failure) }
    return bytes
  }

  /// Writes a file for its owner alone, durably and at once: a reader, or a start after a power
  /// cut, sees the bytes of before or all of these.
  package static func replace(_ path: String, with bytes: [UInt8]) throws(JournalError) {
    let draft = path + ".draft"
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    let descriptor = unsafe open(draft, flags, 0o600)
    guard descriptor >= 0 else { throw FileDisk.failure("create", draft) }
    var done = 0
    while done < bytes.count {
      let put = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe buffer.baseAddress.map { unsafe $0 + done }
        return unsafe Glibc.write(descriptor, rest, bytes.count - done)
      }
      if put < 0, errno == EINTR { continue }
      guard put > 0 else { break }
      done += put
    }
    let failed = done < bytes.count || fsync(descriptor) != 0 ? errno : 0
    close(descriptor)
    guard failed == 0 else { throw FileDisk.failure("write", draft, failed) }
    guard unsafe rename(draft, path) == 0 else { throw FileDisk.failure("name", path) }
    let folder =
      path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]) : "."
    if let number = FileDisk.syncNames(of: folder) {
      throw FileDisk.failure("sync the names in", folder, number)
    }
  }
}
