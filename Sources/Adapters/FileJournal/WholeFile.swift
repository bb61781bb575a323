// Safety: every pointer handed to the C library comes from a buffer inside the closure that owns
// it, with what is left of that buffer's length; the descriptor is closed once.
import CLinux
import Glibc
package import Journal

/// Files that are read as a whole, such as snapshots.
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
}
