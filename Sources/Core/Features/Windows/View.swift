/// What one look at an entity's windows found: the entity, and a sample for each end of a window.
///
/// A sample is the index of the first event behind the end, and where that event stands.
struct View {
  private let memory: Memory

  static let bytes = 48 + 16 * (2 + WindowLayout.offsetsMax)

  init(_ memory: Memory) {
    self.memory = memory
    entity = -1
  }

  /// Its number, or -1 where the entity is not known.
  var entity: Int {
    get { memory.load(0) }
    nonmutating set { memory.store(newValue, at: 0) }
  }

  /// The current time for its windows, µs.
  var time: Int64 {
    get { memory.load(8) }
    nonmutating set { memory.store(newValue, at: 8) }
  }

  /// Where the current event stands.
  var position: UInt32 {
    get { memory.load(16) }
    nonmutating set { memory.store(newValue, at: 16) }
  }

  /// Whether the entity's windows were looked at for a later time before.
  var isLate: Bool {
    get { memory.load(20, as: UInt32.self) != 0 }
    nonmutating set { memory.store(UInt32(newValue ? 1 : 0), at: 20) }
  }

  /// The hash of the name that is looked at next.
  var hash: UInt32 {
    get { memory.load(24) }
    nonmutating set { memory.store(newValue, at: 24) }
  }

  /// Whether the transaction has the fields that name the entity.
  var isNamed: Bool {
    get { memory.load(28, as: UInt32.self) != 0 }
    nonmutating set { memory.store(UInt32(newValue ? 1 : 0), at: 28) }
  }

  /// The entity that the next name most likely is, or -1.
  var candidate: Int {
    get { memory.load(32) }
    nonmutating set { memory.store(newValue, at: 32) }
  }

  /// Takes over what another look found.
  func copy(_ other: View, samples: Int) {
    entity = other.entity
    time = other.time
    position = other.position
    isLate = other.isLate
    for number in 0..<samples { setSample(number, other.index(number), other.slot(number)) }
  }

  @inline(__always)
  func setSample(_ number: Int, _ index: UInt32, _ slot: Int) {
    memory.store(index, at: 48 + 16 * number)
    memory.store(slot, at: 56 + 16 * number)
  }

  @inline(__always)
  func index(_ sample: Int) -> UInt32 { memory.load(48 + 16 * sample) }

  @inline(__always)
  func slot(_ sample: Int) -> Int { memory.load(56 + 16 * sample) }
}
