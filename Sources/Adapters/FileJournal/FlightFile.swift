// Safety: the file is mapped once, at its full size, and unmapped by `deinit`; every offset is
// derived from a slot number below `Flight.slots`. Between `open` and `close` one thread writes and
// nothing reads; `close` is one atomic store. Counters are atomics: no slot is written after the
// counter that shows it.
import Glibc
package import Journal
import Payments
import Synchronization

/// The record of what is in flight, in a small mapped file: it survives the process, not the
/// machine, and costs no system call.
@safe package final class FlightFile: FlightRecorder, @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  private let path: String
  private var count = 0

  /// Maps the record of a data directory, creating it.
  package init(path: String) throws(JournalError) {
    self.path = path
    let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileDisk.failure("open", path) }
    defer { Glibc.close(descriptor) }
    guard ftruncate(descriptor, off_t(Flight.fileSize)) == 0 else {
      throw FileDisk.failure("size", path)
    }
    // Reserved now: a page that finds no room on a full disk later would end the process.
    let failed = posix_fallocate(descriptor, 0, off_t(Flight.fileSize))
    guard failed == 0 else { throw FileDisk.failure("reserve", path, failed) }
    let mapped = unsafe mmap(
      nil,
      Flight.fileSize,
      PROT_READ | PROT_WRITE,
      MAP_SHARED,
      descriptor,
      0
    )
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      throw FileDisk.failure("map", path)
    }
    unsafe base = unsafe mapped
  }

  deinit { unsafe munmap(base, Flight.fileSize) }

  /// What the last process left behind.
  package var left: Flight {
    Flight(unsafe [UInt8](UnsafeRawBufferPointer(start: base, count: Flight.fileSize)))
  }

  /// A fingerprint of this run of the machine.
  package static func machineBoot() -> UInt64 {
    let path = "/proc/sys/kernel/random/boot_id"
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { Glibc.close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let size = unsafe bytes.withUnsafeMutableBytes {
      unsafe read(descriptor, $0.baseAddress, $0.count)
    }
    return Fingerprint.of(bytes, in: 0..<max(0, size))
  }

  /// Starts a record for a log that is open from now on.
  package func open(boot: UInt64, suspects: [FlightItem]) {
    setCurrent(0)
    setCount(0)
    let kept = suspects.prefix(Flight.slots)
    for (index, item) in kept.enumerated() {
      put(Flight.slot(item), at: Flight.headSize + (Flight.slots + index) * Flight.slotSize)
    }
    unsafe base.storeBytes(of: UInt32(kept.count), toByteOffset: 28, as: UInt32.self)
    unsafe base.storeBytes(of: boot, toByteOffset: 8, as: UInt64.self)
    unsafe base.storeBytes(of: Flight.magic, toByteOffset: 0, as: UInt64.self)
    setOpen(1)
  }

  /// The process ends on purpose: nothing that is in flight is to blame.
  package func close() { setOpen(0) }

  package func begin(
    _ subject: UInt64,
    source: Int,
    kind: EntryKind,
    id: borrowing Span<UInt8>
  ) {
    let index = min(count, Flight.slots - 1)
    let slot = unsafe base + Flight.headSize + index * Flight.slotSize
    let length = min(id.count, Flight.idBytesMax)
    unsafe slot.storeBytes(of: subject, as: UInt64.self)
    unsafe slot.storeBytes(of: UInt16(truncatingIfNeeded: source), toByteOffset: 8, as: UInt16.self)
    unsafe slot.storeBytes(of: kind.rawValue, toByteOffset: 10, as: UInt8.self)
    unsafe slot.storeBytes(of: UInt8(length), toByteOffset: 11, as: UInt8.self)
    unsafe id.withUnsafeBytes { bytes in
      if let start = bytes.baseAddress {
        unsafe (slot + 16).copyMemory(from: start, byteCount: length)
      }
    }
    count = index + 1
    setCount(count)
    setCurrent(count)
  }

  package func end() { setCurrent(0) }

  package func landed() {
    guard count > 0 else { return }
    setCurrent(0)
    setCount(0)
  }

  package func forget() {
    precondition(count == 0, "what is in flight has landed before")
    let nothing = [UInt8](repeating: 0, count: Flight.slotSize)
    for index in 0..<Flight.slots { put(nothing, at: Flight.headSize + index * Flight.slotSize) }
    // Suspects are told by their subjects; of activities the name is an account's.
    for (index, item) in left.suspects.enumerated() where item.kind == .activity {
      var nameless = item
      nameless.id = []
      put(
        Flight.slot(nameless),
        at: Flight.headSize + (Flight.slots + index) * Flight.slotSize
      )
    }
  }

  private func put(_ bytes: [UInt8], at offset: Int) {
    unsafe bytes.withUnsafeBytes { source in
      if let start = source.baseAddress {
        unsafe (base + offset).copyMemory(from: start, byteCount: source.count)
      }
    }
  }

  private func setOpen(_ value: UInt32) { store(value, at: 16) }

  private func setCount(_ value: Int) {
    count = value
    store(UInt32(value), at: 20)
  }

  private func setCurrent(_ value: Int) { store(UInt32(value), at: 24) }

  private func store(_ value: UInt32, at offset: Int) {
    let word = unsafe (base + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
    unsafe word.pointee.store(value, ordering: .releasing)
  }
}
