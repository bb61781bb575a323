/// Hands out stretches of one region, with a free list for each class of size.
struct Pool {
  let memory: Memory
  private let control: Memory
  private let place: Int

  /// Bytes of its control block, which starts as zeros at `place` of `control`.
  static let controlSize = 16 + 4 * classes
  static let classes = 256

  init(memory: Memory, control: Memory, at place: Int) {
    self.memory = memory
    self.control = control
    self.place = place
    // No stretch has the number 0.
    control.store(64, at: place)
  }

  /// Bytes handed out and not given back.
  var liveBytes: Int { control.load(place + 8) }

  /// Bytes that were never handed out.
  var room: Int { memory.capacity - control.load(place, as: Int.self) }

  /// The unit (of eight bytes) at which a new stretch starts; its bytes are as they were left.
  ///
  /// All stretches of a class have the same size, a multiple of eight.
  func allocate(_ sizeClass: Int, bytes: Int) -> UInt32 {
    control.store(liveBytes + bytes, at: place + 8)
    let list = place + 16 + 4 * sizeClass
    let free: UInt32 = control.load(list)
    if free != 0 {
      control.store(memory.load(Int(free) * 8, as: UInt32.self), at: list)
      return free
    }
    let used: Int = control.load(place)
    precondition(used + bytes <= memory.capacity, "a region of state is full")
    control.store(used + bytes, at: place)
    return UInt32(used / 8)
  }

  func release(_ unit: UInt32, _ sizeClass: Int, bytes: Int) {
    control.store(liveBytes - bytes, at: place + 8)
    let list = place + 16 + 4 * sizeClass
    memory.store(control.load(list, as: UInt32.self), at: Int(unit) * 8)
    control.store(unit, at: list)
  }
}
