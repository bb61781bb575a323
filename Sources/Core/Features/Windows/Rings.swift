/// Power-of-two stretches of one memory region, with a free list for each size.
struct Rings {
  let memory: Memory
  let stride: Int
  private var used = 8
  private var free = [UInt32](repeating: 0, count: 32)
  /// Bytes handed out and not given back.
  private(set) var liveBytes = 0

  init(stride: Int, reserve: Int) {
    memory = Memory(reserve: reserve)
    self.stride = stride
  }

  /// The unit (of eight bytes) at which a stretch of 2^`log` slots starts.
  mutating func allocate(log: Int) -> UInt32 {
    liveBytes += stride << log
    if free[log] != 0 {
      let unit = free[log]
      free[log] = memory.load(Int(unit) * 8)
      return unit
    }
    let unit = UInt32(used / 8)
    used += stride << log
    precondition(used <= memory.capacity, "the ring region is full")
    return unit
  }

  mutating func release(_ unit: UInt32, log: Int) {
    liveBytes -= stride << log
    memory.store(free[log], at: Int(unit) * 8)
    free[log] = unit
  }
}
