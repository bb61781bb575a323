package import Payments

/// The state of one source's features: updated and read in one pass per transaction.
package final class Profile {
  package let program: FeatureProgram
  let source: Source
  let kinds: [EntityWindows]
  let registers: Memory
  private let beforeOperations: Memory
  private let afterOperations: Memory
  private let beforeCount: Int
  private let afterCount: Int
  /// The aggregates of each kind.
  private let aggregates: [[AggregatePlan]]
  /// What the hot path needs of the plans, flat: the slots of each kind's key, and its measures.
  let keySlots: [[Int]]
  let additions: [[Addition]]
  private let featureRegisters: [Int]
  private let conditionRegisters: [Int]
  /// `vector` as bytes.
  private let vectorBytes: Memory
  /// Latest event time seen, µs; windows and expiry follow it.
  package internal(set) var watermark = Int64.min
  /// Until the watermark passes it, some windows have not seen their whole length, µs.
  package internal(set) var warmingUntil = Int64.min
  /// Label changes that arrived less than the late bound ago, oldest first.
  var recentLabels: [LabelChange] = []
  private var recentStart = 0
  /// The names of the last transaction's entities, kind by kind, and where each ends.
  var keyBytes: [UInt8] = []
  var keyEnds: [Int]
  /// The zone's offset and the stretch of time for which it holds, µs.
  var zoneOffset = ZoneOffset()

  /// The features of the last transaction; missing values are the canonical NaN.
  package private(set) var vector: [Float]
  /// The conditions that the last transaction meets, ascending.
  package private(set) var holding: [Int] = []
  /// Whether the last transaction came later than the source's bound.
  package private(set) var wasTooLate = false
  package private(set) var wasApproximate = false
  /// The time at which the last transaction landed in the windows, µs.
  package private(set) var landed: Int64 = 0

  /// Empty state.
  ///
  /// `seed` only orders hash tables; `reserve` is address space a column.
  ///
  /// The windows of `earlier` that the program needs unchanged are taken over; the others start
  /// empty, and the features are `warming` until the longest of them is filled.
  package init(
    program: FeatureProgram,
    source: Source,
    seed: UInt64 = 0,
    reserve: Int = 32 << 30,
    continuing earlier: Profile? = nil
  ) {
    self.program = program
    self.source = source
    let reusable = earlier.flatMap { $0.source.lateBound == source.lateBound ? $0.kinds : nil }
    var moved: [Int: Int] = [:]
    var windows: [EntityWindows] = []
    var warming = Int64.min
    for plan in program.plans {
      if let reusable, let number = reusable.firstIndex(where: { $0.plan == plan }) {
        moved[number] = windows.count
        windows.append(reusable[number])
      } else {
        windows.append(
          EntityWindows(plan: plan, lateBound: source.lateBound, seed: seed, reserve: reserve)
        )
        if let earlier, earlier.watermark != .min {
          warming = max(warming, earlier.watermark + (plan.offsets.last ?? 0))
        }
      }
    }
    kinds = windows
    if let earlier {
      watermark = earlier.watermark
      warmingUntil = max(warming, moved.isEmpty ? .min : earlier.warmingUntil)
      recentLabels = earlier.recentLabels.compactMap { change in
        moved[change.kind].map { number in
          var change = change
          change.kind = number
          return change
        }
      }
    }
    registers = Memory(reserve: max(4096, 8 * program.registerCount))
    for (register, value) in program.constants {
      registers.store(value.bitPattern, at: 8 * register)
    }
    vector = [Float](repeating: .nan, count: program.features.count)
    beforeOperations = Profile.pack(program.before)
    var read = [[AggregatePlan]](repeating: [], count: program.plans.count)
    for operation in program.after where operation.code == .aggregate {
      var plan = program.aggregates[Int(operation.a)]
      plan.destination = Int(operation.destination)
      read[plan.kind].append(plan)
    }
    aggregates = read
    keySlots = program.plans.map(\.key)
    additions = program.plans.map { plan in
      plan.measures.map { Addition($0, filters: program.filters) }
    }
    let after = program.after.filter { $0.code != .aggregate }
    afterOperations = Profile.pack(after)
    beforeCount = program.before.count
    afterCount = after.count
    featureRegisters = program.features.map(\.register)
    conditionRegisters = program.conditions.map(\.register)
    vectorBytes = Memory(reserve: max(4096, 4 * program.features.count))
    keyEnds = [Int](repeating: 0, count: program.plans.count)
  }

  private static func pack(_ operations: [Operation]) -> Memory {
    let memory = Memory(reserve: max(4096, 8 * operations.count))
    for (index, operation) in operations.enumerated() {
      memory.store(operation.code.rawValue, at: 8 * index)
      memory.store(operation.a, at: 8 * index + 2)
      memory.store(operation.b, at: 8 * index + 4)
      memory.store(operation.destination, at: 8 * index + 6)
    }
    return memory
  }

  package var isWarming: Bool { watermark < warmingUntil }

  package var entityCount: Int { kinds.reduce(0) { $0 + $1.entityCount } }
  package var eventCount: Int { kinds.reduce(0) { $0 + $1.eventCount } }

  @inline(__always)
  package func register(_ number: Int) -> Double {
    Double(bitPattern: registers.load(8 * number))
  }

  @inline(__always)
  func set(_ number: Int, _ value: Double) {
    registers.store(value.bitPattern, at: 8 * number)
  }

  /// Takes a transaction into the windows and computes all features and conditions for it;
  /// `evaluate: false` only learns.
  package func record(_ record: borrowing Span<UInt8>, evaluate: Bool = true) {
    let time = TransactionRecord.time(record).microseconds
    let previous = watermark
    wasTooLate = previous != .min && time < previous - source.lateBound
    landed = wasTooLate ? previous : time
    watermark = max(previous, landed)
    announceKeys(record)
    run(beforeOperations, beforeCount, record, time)
    for number in kinds.indices { kinds[number].prefetchHeader() }
    for number in kinds.indices { fillDeltas(number, record) }
    for number in kinds.indices { kinds[number].prefetchEvents() }
    wasApproximate = false
    let idHash = TransactionRecord.idHash(record)
    for number in kinds.indices {
      update(number, record, idHash)
      if kinds[number].entity >= 0, kinds[number].approximate { wasApproximate = true }
    }
    pruneLabels()
    if !evaluate { return }
    let unseen = recentStart < recentLabels.count && landed < watermark
    if unseen { adjustLabels(sign: -1) }
    for number in kinds.indices { kinds[number].evaluate(aggregates[number], into: registers) }
    run(afterOperations, afterCount, record, time)
    if unseen { adjustLabels(sign: 1) }
    collect()
  }

  /// Brings features and conditions from their registers to where they are read.
  private func collect() {
    // Taken out meanwhile, so that it is checked once that nobody else holds it.
    var taken = vector
    vector = []
    var values = taken.mutableSpan
    for index in values.indices {
      let value = Float(register(featureRegisters[index]))
      let clean = value.isFinite ? value : .nan
      values[index] = clean
      vectorBytes.store(clean.bitPattern, at: 4 * index)
    }
    vector = taken
    holding.removeAll(keepingCapacity: true)
    for index in conditionRegisters.indices where register(conditionRegisters[index]) != 0 {
      holding.append(index)
    }
  }

  /// Appends the vector's bytes, float by float, little-endian.
  package func appendVector(to bytes: inout [UInt8]) {
    vectorBytes.append(at: 0, count: 4 * featureRegisters.count, to: &bytes)
  }

  /// Applies a label to the windows of its transaction's entities.
  package func label(_ record: borrowing Span<UInt8>, fraud: Bool, landed: Int64) {
    let idHash = TransactionRecord.idHash(record)
    for (number, kind) in kinds.enumerated() where kind.plan.hasLabels {
      keyBytes.removeAll(keepingCapacity: true)
      guard appendKey(number, record) else { continue }
      let key = keyBytes
      let change = kind.label(
        kind: number,
        key.span,
        time: landed,
        idHash: idHash,
        fraud: fraud,
        arrival: watermark
      )
      if let change { recentLabels.append(change) }
    }
  }

  /// Notes that the last transaction was declined: without a label it never matures.
  package func markDeclined() {
    for kind in kinds { kind.markUnmaturable() }
  }

  /// Hides the labels that were not known yet at the time of a late transaction, or shows them
  /// again.
  private func adjustLabels(sign: Int32) {
    for change in recentLabels[recentStart...] where change.arrival > landed {
      kinds[change.kind].adjust(change, sign: sign)
    }
  }

  private func pruneLabels() {
    while recentStart < recentLabels.count,
      recentLabels[recentStart].arrival < watermark - source.lateBound
    {
      recentStart += 1
    }
    if recentStart > 1024, recentStart * 2 > recentLabels.count {
      recentLabels.removeFirst(recentStart)
      recentStart = 0
    }
  }
}
