// Safety: a ByteBuffer alone owns `base`, an allocation of `capacity + padding` bytes (nil when the
// capacity is 0) and frees it once. Each access first proves its range lies within `count` (reads)
// or `capacity` (writes) by a precondition or by `makeRoom`; spans are lent to closures only.

import Glibc

/// Growable bytes followed by readable padding; the place where all of a connection's bytes live.
@safe
package struct ByteBuffer: ~Copyable {
  /// Readable bytes after the capacity, for readers that load whole vectors.
  package static let padding = 64

  private(set) var base: UnsafeMutableRawPointer?
  /// Bytes that fit without growing.
  package private(set) var capacity = 0
  /// Bytes present.
  package private(set) var count = 0
  /// The capacity is never grown above this.
  let limit: Int
  /// Whether something did not fit within `limit`; it was left out whole.
  private(set) var overflowed = false

  /// An empty buffer without memory, which cannot grow.
  package init() {
    unsafe base = nil
    limit = 0
  }

  /// An empty buffer with room for `capacity` bytes that may grow to `limit`.
  package init(capacity: Int, limit: Int) {
    precondition(capacity > 0 && capacity <= limit, "a buffer starts within its limit")
    self.limit = limit
    self.capacity = capacity
    unsafe base = Self.allocate(capacity)
  }

  /// Takes over memory that `surrender` gave up.
  init(adopting memory: UnsafeMutableRawPointer, capacity: Int, limit: Int) {
    self.limit = max(limit, capacity)
    self.capacity = capacity
    unsafe base = unsafe memory
  }

  deinit {
    if let base = unsafe base { unsafe base.deallocate() }
  }

  private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity + padding, alignment: 64)
    unsafe (memory + capacity).initializeMemory(as: UInt8.self, repeating: 0, count: padding)
    return unsafe memory
  }

  /// Gives the memory up to the caller, who adopts or deallocates it.
  consuming func surrender() -> UnsafeMutableRawPointer? {
    let memory = unsafe base
    discard self
    return unsafe memory
  }

  /// Bytes that can be added without growing.
  var room: Int { capacity - count }

  /// Grows, at least doubling, until `extra` more bytes fit; false when the limit forbids it.
  mutating func makeRoom(_ extra: Int) -> Bool {
    let needed = count + extra
    if needed <= capacity { return true }
    guard needed <= limit else {
      overflowed = true
      return false
    }
    let larger = min(max(needed, 2 * capacity), limit)
    let memory = unsafe Self.allocate(larger)
    if let base = unsafe base {
      unsafe memory.copyMemory(from: base, byteCount: count)
      unsafe base.deallocate()
    }
    unsafe self.base = memory
    capacity = larger
    return true
  }

  /// Forgets the bytes after the first `count`.
  mutating func truncate(to count: Int) {
    precondition(count >= 0 && count <= self.count, "truncation only shortens")
    self.count = count
    overflowed = false
  }

  /// Counts bytes that were written directly after the present ones.
  mutating func wrote(_ bytes: Int) {
    precondition(bytes >= 0 && bytes <= room, "bytes were written within the room")
    count += bytes
  }

  /// Removes `range`, moving what follows down.
  mutating func remove(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "removal is in bounds")
    if let base = unsafe base, range.upperBound < count {
      unsafe memmove(
        base + range.lowerBound,
        base + range.upperBound,
        count - range.upperBound
      )
    }
    count -= range.count
  }

  /// Appends bytes.
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard makeRoom(bytes.count), let base = unsafe base, let source = bytes.baseAddress
    else { return }
    unsafe (base + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// Appends text known at compile time.
  package mutating func append(_ text: StaticString) {
    if text.hasPointerRepresentation {
      let bytes = unsafe UnsafeRawBufferPointer(
        start: text.utf8Start,
        count: text.utf8CodeUnitCount
      )
      unsafe append(bytes)
    } else {
      append(String(describing: text))
    }
  }

  /// Appends text.
  package mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in unsafe append(UnsafeRawBufferPointer(utf8)) }
  }

  /// Appends bytes.
  package mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBytes { raw in unsafe append(raw) }
  }

  /// Appends one byte.
  package mutating func append(byte: UInt8) {
    guard makeRoom(1), let base = unsafe base else { return }
    unsafe base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
    count += 1
  }

  /// Overwrites `width` bytes at `offset` with a number, right-aligned after spaces.
  mutating func patch(at offset: Int, width: Int, decimal: Int) {
    precondition(offset >= 0 && width > 0 && offset + width <= count, "the patch is in bounds")
    guard let base = unsafe base else { return }
    var rest = decimal
    var position = offset + width
    repeat {
      position -= 1
      unsafe base.storeBytes(of: UInt8(48 + rest % 10), toByteOffset: position, as: UInt8.self)
      rest /= 10
    } while rest > 0 && position > offset
    while position > offset {
      position -= 1
      unsafe base.storeBytes(of: 32, toByteOffset: position, as: UInt8.self)
    }
  }

  /// Moves `range` down to `destination`, over bytes no longer needed.
  mutating func move(_ range: Range<Int>, to destination: Int) {
    precondition(destination >= 0 && destination <= range.lowerBound, "bytes only move down")
    precondition(range.upperBound <= count, "the range is in bounds")
    guard let base = unsafe base, destination < range.lowerBound else { return }
    unsafe memmove(base + destination, base + range.lowerBound, range.count)
  }

  /// Lends the memory of `range` to C.
  func withBytes<Result>(
    _ range: Range<Int>,
    _ use: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "the range is in bounds")
    let bytes = unsafe UnsafeRawBufferPointer(start: base, count: count)
    return unsafe use(UnsafeRawBufferPointer(rebasing: bytes[range]))
  }

  /// Lends the bytes of `range`.
  func withSpan<Result>(
    _ range: Range<Int>,
    _ use: (Span<UInt8>) -> Result
  ) -> Result {
    unsafe withBytes(range) { bytes in unsafe use(bytes.bindMemory(to: UInt8.self).span) }
  }

  /// A copy of the bytes of `range`.
  func array(_ range: Range<Int>) -> [UInt8] {
    withSpan(range) { span in span.array(0..<span.count) }
  }
}
