// Safety: every pointer handed to the C library comes from an array inside the closure that owns
// it, with that array's own length; descriptors are closed once, by `deinit` or `remove`.
import CLinux
import Glibc
package import Journal

/// Segments as files of one directory, reserved and zeroed when created, so that a sync writes no
/// metadata.
///
/// A lock file makes this process the directory's only owner.
package final class FileDisk: JournalDisk {
  package let directory: String
  private var descriptors: [String: Int32] = [:]
  private let lock: Int32
  private let readOnly: Bool
  private let spare: SpareSegment
  /// Reserves and zeroes a new file; the number of its failure.
  private let reserve: (_ descriptor: Int32, _ size: Int, _ directory: String) -> Int32?

  /// Opens a directory, creating it.
  ///
  /// `readOnly` takes no lock: for readers beside a live server. A test gives a `reserve` that
  /// fails.
  package init(
    directory: String,
    readOnly: Bool = false,
    reserve: @escaping (Int32, Int, String) -> Int32? = { FileDisk.fill($0, size: $1, in: $2) }
  ) throws(JournalError) {
    self.directory = directory
    self.readOnly = readOnly
    self.reserve = reserve
    spare = SpareSegment(directory: directory)
    if readOnly {
      lock = -1
      guard unsafe access(directory, R_OK) == 0 else { throw FileDisk.failure("open", directory) }
      return
    }
    if unsafe mkdir(directory, 0o700) != 0, errno != EEXIST {
      throw FileDisk.failure("create", directory)
    }
    let path = directory + "/lock"
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileDisk.failure("open", path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw JournalError(.locked, "\(directory) belongs to another running process (\(path))")
    }
    lock = descriptor
  }

  deinit {
    for descriptor in descriptors.values { close(descriptor) }
    if lock >= 0 { close(lock) }
  }

  static func failure(
    _ operation: String,
    _ path: String,
    _ number: Int32 = errno
  ) -> JournalError {
    let reason = unsafe String(cString: strerror(number))
    let full = number == ENOSPC || number == EDQUOT
    return JournalError(full ? .noSpace : .inputOutput, "cannot \(operation) \(path): \(reason)")
  }

  private func path(_ name: String) -> String { directory + "/" + name }

  private func descriptor(_ name: String) throws(JournalError) -> Int32 {
    if let known = descriptors[name] { return known }
    let opened = unsafe open(path(name), (readOnly ? O_RDONLY : O_RDWR) | O_CLOEXEC)
    guard opened >= 0 else { throw FileDisk.failure("open", path(name)) }
    descriptors[name] = opened
    return opened
  }

  package func list() throws(JournalError) -> [String] {
    guard let handle = unsafe opendir(directory) else {
      throw FileDisk.failure("list", directory)
    }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if Segment.base(of: name) != nil { names.append(name) }
    }
    // Segments that another owner of descriptors removed give their space back when all are closed.
    let gone = Set(descriptors.keys).subtracting(names)
    for name in gone {
      if let descriptor = descriptors.removeValue(forKey: name) { close(descriptor) }
    }
    return names
  }

  package func create(_ name: String, size: Int) throws(JournalError) {
    _ = try list()
    let path = path(name)
    if let ready = try spare.take(size: size, as: path) {
      descriptors[name] = ready
      spare.prepare(size: size)
      return
    }
    // It gets its name when it is whole: a reader beside that opened a segment which is given up
    // would go on reading the deleted file under the name of the next.
    let reserved = directory + "/reserved"
    unsafe unlink(reserved)
    let descriptor = unsafe open(reserved, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileDisk.failure("create", path) }
    if let number = reserve(descriptor, size, directory) {
      close(descriptor)
      unsafe unlink(reserved)
      throw FileDisk.failure("reserve \(size) bytes for", path, number)
    }
    if let number = FileDisk.name(reserved, path, in: directory) {
      close(descriptor)
      throw FileDisk.failure("name", path, number)
    }
    descriptors[name] = descriptor
    spare.prepare(size: size)
  }

  /// Gives a file a name that is free, durably; returns the error number of a failure.
  private static func name(_ old: String, _ new: String, in directory: String) -> Int32? {
    if unsafe access(new, F_OK) == 0 { return EEXIST }
    guard unsafe rename(old, new) == 0 else { return errno }
    return syncNames(of: directory)
  }

  /// Reserves and zeroes a new file and syncs it and its name; returns the error number of a
  /// failure.
  ///
  /// `besideOthers` syncs each MiB: syncs of the log meanwhile wait for no more than that.
  package static func fill(
    _ descriptor: Int32,
    size: Int,
    in directory: String,
    besideOthers: Bool = false
  ) -> Int32? {
    if fallocate(descriptor, 0, 0, off_t(size)) != 0, errno != EOPNOTSUPP { return errno }
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    var offset = 0
    while offset < size {
      let step = min(zeros.count, size - offset)
      let written = unsafe zeros.withUnsafeBytes {
        unsafe pwrite(descriptor, $0.baseAddress, step, off_t(offset))
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return errno }
      offset += written
      if besideOthers, fdatasync(descriptor) != 0 { return errno }
    }
    guard fsync(descriptor) == 0 else { return errno }
    return syncNames(of: directory)
  }

  /// Makes the names of a directory durable; returns the error number of a failure.
  static func syncNames(of directory: String) -> Int32? {
    let folder = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return errno }
    defer { close(folder) }
    return fsync(folder) == 0 ? nil : errno
  }

  package func size(of name: String) throws(JournalError) -> Int {
    var status = stat()
    guard unsafe fstat(try descriptor(name), &status) == 0 else {
      throw FileDisk.failure("examine", path(name))
    }
    return Int(status.st_size)
  }

  package func read(
    _ name: String,
    at offset: Int,
    count: Int,
    into bytes: inout [UInt8]
  ) throws(JournalError) {
    let descriptor = try descriptor(name)
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: count))
    var done = 0
    while done < count {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(
          descriptor,
          buffer.baseAddress.map { unsafe $0 + start + done },
          count - done,
          off_t(offset + done)
        )
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw FileDisk.failure("read", path(name)) }
      if got == 0 { break }
      done += got
    }
    bytes.removeLast(count - done)
  }

  package func write(
    _ name: String,
    at offset: Int,
    _ bytes: [UInt8]
  ) throws(JournalError) {
    let descriptor = try descriptor(name)
    var done = 0
    while done < bytes.count {
      let put = unsafe bytes.withUnsafeBytes { buffer in
        unsafe pwrite(
          descriptor,
          buffer.baseAddress.map { unsafe $0 + done },
          bytes.count - done,
          off_t(offset + done)
        )
      }
      if put < 0, errno == EINTR { continue }
      guard put > 0 else { throw FileDisk.failure("write", path(name)) }
      done += put
    }
  }

  package func sync(_ name: String) throws(JournalError) {
    guard fdatasync(try descriptor(name)) == 0 else {
      throw FileDisk.failure("sync", path(name))
    }
  }

  package func remove(_ name: String) throws(JournalError) {
    if let descriptor = descriptors.removeValue(forKey: name) { close(descriptor) }
    guard unsafe unlink(path(name)) == 0 else { throw FileDisk.failure("remove", path(name)) }
    if let number = FileDisk.syncNames(of: directory) {
      throw FileDisk.failure("sync the names in", directory, number)
    }
  }

  package func setAside(_ name: String) throws(JournalError) {
    if let descriptor = descriptors.removeValue(forKey: name) { close(descriptor) }
    var target = path(name) + ".lost"
    var number = 1
    while unsafe access(target, F_OK) == 0 {
      number += 1
      target = path(name) + ".lost-\(number)"
    }
    if let number = FileDisk.name(path(name), target, in: directory) {
      throw FileDisk.failure("set aside", path(name), number)
    }
  }
}
