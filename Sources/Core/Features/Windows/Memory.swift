// Safety: the region is mapped once and unmapped by `deinit`; every access checks its offset
// against the mapped size, and only integers and floats, valid for any bits, are read.
import CLinux
import Glibc
import Payments

/// A reserved stretch of zeroed address space that costs memory only where it was touched.
///
/// Offsets stay valid for ever: nothing in it moves when it grows.
@safe final class Memory {
  /// Reserved for one column of entity state: 2^32 units of eight bytes.
  static let reservationDefault = 32 << 30

  private let base: UnsafeMutableRawPointer
  let capacity: Int

  /// Regions from this size on are backed by huge pages where the system grants them.
  ///
  /// State is read at random: with small pages most reads miss the processor's page tables too.
  private static let hugePagesFrom = 4 << 20

  init(reserve capacity: Int = Memory.reservationDefault) {
    let mapped = unsafe mmap(
      nil,
      capacity,
      PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | Int32(MAP_NORESERVE),
      -1,
      0
    )
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      fatalError("cannot reserve \(capacity) bytes of address space (errno \(errno))")
    }
    if capacity >= Memory.hugePagesFrom { unsafe madvise(mapped, capacity, MADV_HUGEPAGE) }
    unsafe base = unsafe mapped
    self.capacity = capacity
  }

  deinit { unsafe munmap(base, capacity) }

  @inline(__always)
  private func check(_ offset: Int, _ size: Int) {
    precondition(
      UInt(bitPattern: offset) <= UInt(bitPattern: capacity &- size),
      "outside of the region"
    )
  }

  @inline(__always)
  func load<T: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, as type: T.Type = T.self) -> T {
    check(offset, MemoryLayout<T>.size)
    return unsafe (base + offset).loadUnaligned(as: type)
  }

  @inline(__always)
  func store<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, at offset: Int) {
    check(offset, MemoryLayout<T>.size)
    unsafe (base + offset).storeBytes(of: value, as: T.self)
  }

  @inline(__always)
  func add(_ delta: UInt32, at offset: Int) {
    store(load(offset, as: UInt32.self) &+ delta, at: offset)
  }

  /// Copies `size` bytes within the region; the stretches must not overlap.
  @inline(__always)
  func copy(from source: Int, to destination: Int, size: Int) {
    check(source, size)
    check(destination, size)
    unsafe (base + destination).copyMemory(from: base + source, byteCount: size)
  }

  /// Copies bytes into the region.
  func write(_ bytes: borrowing Span<UInt8>, at offset: Int) {
    check(offset, bytes.count)
    unsafe bytes.withUnsafeBufferPointer { source in
      if let start = source.baseAddress {
        unsafe (base + offset).copyMemory(from: start, byteCount: source.count)
      }
    }
  }

  /// Whether the region holds exactly these bytes at an offset.
  @inline(__always)
  func holds(_ bytes: borrowing Span<UInt8>, at offset: Int) -> Bool {
    check(offset, bytes.count)
    return unsafe bytes.withUnsafeBufferPointer { other in
      guard let start = other.baseAddress else { return true }
      return unsafe memcmp(base + offset, start, other.count) == 0
    }
  }

  /// A copy of some bytes.
  func bytes(at offset: Int, count: Int) -> [UInt8] {
    check(offset, count)
    return unsafe [UInt8](UnsafeRawBufferPointer(start: base + offset, count: count))
  }

  /// Appends a stretch of the region to an array.
  func append(at offset: Int, count: Int, to bytes: inout [UInt8]) {
    check(offset, count)
    unsafe bytes.append(
      contentsOf: UnsafeRawBufferPointer(start: base + offset, count: count)
    )
  }

  /// Asks for a cache line that is needed soon.
  @inline(__always)
  func prefetch(_ offset: Int) {
    if offset < capacity { unsafe clinux_prefetch(base + offset) }
  }
}
