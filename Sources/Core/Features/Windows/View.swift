/// What one look at an entity's windows found: the entity, and a sample for each end of a window.
///
/// A sample is the index of the first event behind the end, and where that event stands.
struct View {
  private let memory: Memory

  private static let samples = 32
  static let bytes = samples + 16 * (2 + WindowLayout.offsetsMax)

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

  /// Whether the transaction has the fields that name the entity.
  var isNamed: Bool {
    get { memory.load(24, as: UInt32.self) != 0 }
    nonmutating set { memory.store(UInt32(newValue ? 1 : 0), at: 24) }
  }

  /// Whether some of the entity's events stand for several.
  var isCoalesced: Bool {
    get { memory.load(28, as: UInt32.self) != 0 }
    nonmutating set { memory.store(UInt32(newValue ? 1 : 0), at: 28) }
  }

  /// Takes over what another look found.
  func copy(_ other: View, samples: Int) {
    entity = other.entity
    time = other.time
    position = other.position
    isLate = other.isLate
    isCoalesced = other.isCoalesced
    for number in 0..<samples { setSample(number, other.index(number), other.slot(number)) }
  }

  @inline(__always)
  func setSample(_ number: Int, _ index: UInt32, _ slot: Int) {
    memory.store(index, at: View.samples + 16 * number)
    memory.store(slot, at: View.samples + 8 + 16 * number)
  }

  @inline(__always)
  func index(_ sample: Int) -> UInt32 { memory.load(View.samples + 16 * sample) }

  @inline(__always)
  func slot(_ sample: Int) -> Int { memory.load(View.samples + 8 + 16 * sample) }
}
