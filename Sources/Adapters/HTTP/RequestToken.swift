/// Names one deferred request; stale once that request is answered, expired or abandoned.
package struct RequestToken: Hashable, Sendable {
  /// The connection; below `Limits.slots`, and used by one request at a time.
  package let slot: Int32
  /// Tells the requests of one slot apart.
  package let generation: UInt32

  init(slot: Int, generation: UInt32) {
    self.slot = Int32(slot)
    self.generation = generation
  }

  /// The token that `bits` was taken from.
  package init(bits: UInt64) {
    slot = Int32(truncatingIfNeeded: bits >> 32)
    generation = UInt32(truncatingIfNeeded: bits)
  }

  /// The token as one word, for queues in raw memory.
  package var bits: UInt64 {
    UInt64(UInt32(bitPattern: slot)) << 32 | UInt64(generation)
  }
}
