// Safety: the pool owns each pointer in `spare`, all of `bufferBytes + ByteBuffer.padding` bytes;
// one leaves the list when a ByteBuffer adopts it and enters it when a ByteBuffer surrenders it.

/// Spare buffers of one size, so that steady traffic allocates nothing.
@safe
struct BufferPool: ~Copyable {
  private let bufferBytes: Int
  private let capacity: Int
  private var spare: [UnsafeMutableRawPointer] = unsafe []

  init(bufferBytes: Int, capacity: Int) {
    self.bufferBytes = bufferBytes
    self.capacity = capacity
    unsafe spare.reserveCapacity(capacity)
  }

  deinit {
    for index in unsafe spare.indices { unsafe spare[index].deallocate() }
  }

  /// An empty buffer that may grow to `limit`.
  mutating func take(limit: Int) -> ByteBuffer {
    guard let memory = unsafe spare.popLast() else {
      return ByteBuffer(capacity: bufferBytes, limit: max(limit, bufferBytes))
    }
    return unsafe ByteBuffer(adopting: memory, capacity: bufferBytes, limit: limit)
  }

  /// Keeps a buffer of the pooled size; frees any other.
  mutating func give(_ buffer: consuming ByteBuffer) {
    guard buffer.capacity == bufferBytes, unsafe spare.count < capacity else { return }
    if let memory = unsafe buffer.surrender() { unsafe spare.append(memory) }
  }
}
