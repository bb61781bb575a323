// Safety: a region is mapped once and unmapped by its `Reservation`, which outlives every view of
// it; registers cannot leave theirs by their type; only values that are valid for any bits are
// read. Offsets are made by this module alone, from indexes masked to a ring or numbers it handed
// out: every single access is checked in debug builds, in which the oracles, the crashes and the
// restored snapshots run, and every copy of a stretch in release builds too.
import CLinux
import Glibc
import Payments

/// Owns stretches of zeroed address space, and gives them back when it goes.
@safe final class Reservation {
  /// Regions from this size on are backed by huge pages where the system grants them.
  ///
  /// State is read at random: with small pages most reads miss the processor's page tables too.
  private static let hugePagesFrom = 4 << 20

  /// Regions up to this size stand together: each on pages of its own, their first lines would
  /// all compete for the same few places of the processor's cache.
  private static let smallUntil = 16 << 10
  private static let shelfBytes = 256 << 10
  private static let line = 64

  private var regions: [(base: UnsafeMutableRawPointer, capacity: Int)]
  /// Where small regions stand, and how much of it is taken.
  private var shelf: Memory?
  private var shelved = 0

  init() { unsafe regions = [] }

  deinit {
    for index in unsafe regions.indices {
      unsafe munmap(regions[index].base, regions[index].capacity)
    }
  }

  /// A new region; it costs memory only where it is touched.
  func region(_ capacity: Int) -> Memory {
    capacity <= Reservation.smallUntil ? small(capacity) : mapped(capacity)
  }

  private func small(_ capacity: Int) -> Memory {
    let size = (capacity + Reservation.line - 1) & ~(Reservation.line - 1)
    if shelf == nil || shelved + size > Reservation.shelfBytes {
      shelf = mapped(Reservation.shelfBytes)
      shelved = 0
    }
    guard let shelf else { preconditionFailure("it was just made") }
    defer { shelved += size }
    return unsafe Memory(shelf.start + shelved, capacity)
  }

  private func mapped(_ capacity: Int) -> Memory {
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
    if capacity >= Reservation.hugePagesFrom { unsafe madvise(mapped, capacity, MADV_HUGEPAGE) }
    unsafe regions.append((mapped, capacity))
    return unsafe Memory(mapped, capacity)
  }

  /// A region that holds these values for good.
  func table<Element: BitwiseCopyable>(_ elements: [Element]) -> Table<Element> {
    let stride = MemoryLayout<Element>.stride
    let memory = region(max(1, elements.count) * stride)
    for (index, element) in elements.enumerated() { memory.store(element, at: index * stride) }
    return unsafe Table(memory.start.assumingMemoryBound(to: Element.self), elements.count)
  }
}

/// A view of a region: plain bits, copied without counting references.
///
/// Offsets stay valid for ever: nothing in a region moves when its use grows.
@safe struct Memory {
  private let base: UnsafeMutableRawPointer
  let capacity: Int

  fileprivate init(_ base: UnsafeMutableRawPointer, _ capacity: Int) {
    unsafe self.base = unsafe base
    self.capacity = capacity
  }

  fileprivate var start: UnsafeMutableRawPointer { unsafe base }

  @inline(__always)
  private func check(_ offset: Int, _ size: Int) {
    precondition(
      UInt(bitPattern: offset) <= UInt(bitPattern: capacity)
        && UInt(bitPattern: size) <= UInt(bitPattern: capacity &- offset),
      "outside of the region"
    )
  }

  /// Reads an integer, a double, or a struct of such.
  @inline(__always)
  func load<T: BitwiseCopyable>(_ offset: Int, as type: T.Type = T.self) -> T {
    assert(offset >= 0 && offset <= capacity - MemoryLayout<T>.size)
    return unsafe (base + offset).loadUnaligned(as: type)
  }

  @inline(__always)
  func store<T: BitwiseCopyable>(_ value: T, at offset: Int) {
    assert(offset >= 0 && offset <= capacity - MemoryLayout<T>.size)
    unsafe (base + offset).storeBytes(of: value, as: T.self)
  }

  @inline(__always)
  func add(_ delta: UInt32, at offset: Int) {
    store(load(offset, as: UInt32.self) &+ delta, at: offset)
  }

  /// Copies `size` bytes within the region; the stretches may overlap.
  @inline(__always)
  func copy(from source: Int, to destination: Int, size: Int) {
    check(source, size)
    check(destination, size)
    unsafe (base + destination).copyMemory(from: base + source, byteCount: size)
  }

  /// Sets `size` bytes to zero.
  func clear(_ offset: Int, size: Int) {
    check(offset, size)
    unsafe (base + offset).initializeMemory(as: UInt8.self, repeating: 0, count: size)
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

  /// Lends a stretch of the region.
  @inline(__always)
  func withBytes<Result>(
    at offset: Int,
    count: Int,
    _ body: (borrowing Span<UInt8>) -> Result
  ) -> Result {
    check(offset, count)
    let start = unsafe (base + offset).assumingMemoryBound(to: UInt8.self)
    return unsafe body(Span(_unsafeStart: start, count: count))
  }

  /// Lends a stretch of the region that holds floats.
  @inline(__always)
  func withFloats<Result>(
    count: Int,
    _ body: (borrowing Span<Float>) -> Result
  ) -> Result {
    check(0, 4 * count)
    return unsafe body(Span(_unsafeStart: base.assumingMemoryBound(to: Float.self), count: count))
  }

  /// A copy of some bytes.
  func bytes(at offset: Int, count: Int) -> [UInt8] {
    check(offset, count)
    return unsafe [UInt8](UnsafeRawBufferPointer(start: base + offset, count: count))
  }

  /// Copies a stretch of the region to where there is room for it.
  @inline(__always)
  func copy(at offset: Int, count: Int, to target: UnsafeMutableRawPointer) {
    check(offset, count)
    unsafe target.copyMemory(from: base + offset, byteCount: count)
  }

  /// Appends a stretch of the region to an array.
  func append(at offset: Int, count: Int, to bytes: inout [UInt8]) {
    check(offset, count)
    unsafe bytes.append(
      contentsOf: UnsafeRawBufferPointer(start: base + offset, count: count)
    )
  }

  /// A hash of whole words, two at a time, that goes on from another.
  ///
  /// The stretch is one event: what a ring holds hashes the same wherever it wraps around.
  @inline(__always)
  func fold(_ state: UInt64, at offset: Int, words: Int) -> UInt64 {
    check(offset, 8 * words)
    var state = state
    var place = offset
    let end = offset + 8 * (words & ~1)
    while place < end {
      state = Fold.step(state, load(place), load(place + 8))
      place += 16
    }
    return words & 1 == 0 ? state : Fold.step(state, load(place), 0)
  }

  /// Asks for a cache line that is needed soon.
  @inline(__always)
  func prefetch(_ offset: Int) {
    unsafe clinux_prefetch(base + offset)
  }

  /// The region as a file of registers.
  var registers: Registers {
    check(0, Registers.bytes)
    return unsafe Registers(base)
  }
}

/// A row of plain values that does not change.
@safe struct Table<Element: BitwiseCopyable> {
  private let base: UnsafePointer<Element>
  let count: Int

  fileprivate init(_ base: UnsafeMutablePointer<Element>, _ count: Int) {
    unsafe self.base = unsafe UnsafePointer(base)
    self.count = count
  }

  @inline(__always)
  subscript(index: Int) -> Element {
    assert(index >= 0 && index < count)
    return unsafe base[index]
  }

  /// The first element, where it stands: reading one of its fields reads no more.
  @inline(__always)
  var first: Element { unsafe base.pointee }

  /// An element where it stands.
  @inline(__always)
  func row(_ index: Int) -> Row<Element> {
    assert(index >= 0 && index < count)
    return unsafe Row(base + index)
  }
}

/// An element of a table, read where it stands.
@safe struct Row<Element: BitwiseCopyable> {
  private let place: UnsafePointer<Element>

  fileprivate init(_ place: UnsafePointer<Element>) { unsafe self.place = unsafe place }

  /// Reading one of its fields reads no more.
  @inline(__always)
  var fields: Element { unsafe place.pointee }
}

/// As many doubles as a 16-bit number can name, so that no access needs a check.
@safe struct Registers {
  static let bytes = 8 << 16
  /// How many are read at once.
  static let sweep = 4

  private let base: UnsafeMutableRawPointer

  fileprivate init(_ base: UnsafeMutableRawPointer) { unsafe self.base = unsafe base }

  @inline(__always)
  subscript(number: UInt16) -> Double {
    get { unsafe (base + 8 * Int(number)).load(as: Double.self) }
    nonmutating set { unsafe (base + 8 * Int(number)).storeBytes(of: newValue, as: Double.self) }
  }

  /// Four in a row; the caller knows that they are there.
  @inline(__always)
  func sweep(_ first: UInt16, _ index: Int) -> SIMD4<Double> {
    let place = 8 &* (Int(first) &+ index)
    assert(place + 8 * Registers.sweep <= Registers.bytes)
    return unsafe (base + place).loadUnaligned(as: SIMD4<Double>.self)
  }
}
