package import Payments

/// The state of one source's features: updated and read in one pass per transaction.
package final class Profile {
  package let program: FeatureProgram
  let source: Source
  let kinds: [EntityKind]
  let limits: EntityKind.Limits
  /// The hot path's own forms of the plans: plain rows.
  let windows: Table<EntityWindows>
  let views: Table<View>
  let looks: Table<Look>
  /// The numbers of all looks; and of those at windows with labels or dispositions, which are
  /// numbered as their kinds.
  let allLooks: Table<Int>
  let factLooks: Table<Int>
  let additions: Table<Addition>
  let lateAdditions: [LateAddition]
  let aggregates: Table<AggregatePlan>
  /// The aggregates that are read through one view at each level, and where a level's ones end.
  let readings: Table<Reading>
  let levelEnds: Table<Int>
  let stages: [Stage]
  let settledStage: Stage
  let outcomeRegister: UInt16?
  let hasLabels: Bool
  /// Whether what a transaction adds depends on windows.
  let hasLateAdditions: Bool
  let registers: Registers
  private let reservation = Reservation()
  private let featureCount: Int
  private let featureStart: UInt16
  private let conditionCount: Int
  private let conditionStart: UInt16
  /// The features of the last transaction, as floats.
  private let values: Memory
  /// Latest event time seen, µs; windows and expiry follow it.
  package internal(set) var watermark = Int64.min
  /// Until the watermark passes it, some windows have not seen their whole length, µs.
  package internal(set) var warmingUntil = Int64.min
  /// Facts that arrived less than the late bound ago, oldest first.
  var recentFacts: [FactChange] = []
  var recentStart = 0
  /// The names that the last transaction has.
  let names: LookNames
  /// The zone's offset and the stretch of time for which it holds, µs.
  var zoneOffset = ZoneOffset()

  /// The conditions that the last transaction meets, ascending.
  package private(set) var holding: [Int] = []
  /// Whether the last transaction came later than the source's bound.
  package internal(set) var wasTooLate = false
  package internal(set) var wasApproximate = false
  /// The time at which the last transaction landed in the windows, µs.
  package internal(set) var landed: Int64 = 0

  /// Empty state.
  ///
  /// `seed` only orders hash tables; `reserve` is address space a region; the limits bound what is
  /// kept of one kind.
  ///
  /// The windows of `earlier` that the program needs unchanged are taken over; the others start
  /// empty, and the features are `warming` until the longest of them is filled.
  package convenience init(
    program: FeatureProgram,
    source: Source,
    seed: UInt64 = 0,
    reserve: Int = 32 << 30,
    continuing earlier: Profile? = nil
  ) {
    self.init(
      program: program,
      source: source,
      limits: EntityKind.Limits(),
      seed: seed,
      reserve: reserve,
      continuing: earlier
    )
  }

  /// The same with bounds of one's own on what is kept, as tests use them.
  package convenience init(
    program: FeatureProgram,
    source: Source,
    entitiesMax: Int,
    ringLog: Int,
    reserve: Int
  ) {
    self.init(
      program: program,
      source: source,
      limits: EntityKind.Limits(entities: entitiesMax, ringLog: ringLog),
      seed: 0,
      reserve: reserve,
      continuing: nil
    )
  }

  init(
    program: FeatureProgram,
    source: Source,
    limits: EntityKind.Limits,
    seed: UInt64,
    reserve: Int,
    continuing earlier: Profile?
  ) {
    self.program = program
    self.source = source
    self.limits = limits
    let reusable = earlier.flatMap { $0.source.lateBound == source.lateBound ? $0.kinds : nil }
    var moved: [Int: Int] = [:]
    var kinds: [EntityKind] = []
    var warming = Int64.min
    for plan in program.plans {
      if let reusable,
        let number = reusable.firstIndex(where: { $0.plan.normalized == plan.normalized })
      {
        moved[number] = kinds.count
        kinds.append(reusable[number])
      } else {
        kinds.append(
          EntityKind(
            plan: plan,
            lateBound: source.lateBound,
            limits: limits,
            seed: seed,
            reserve: reserve
          )
        )
        if let earlier, earlier.watermark != .min {
          warming = max(warming, earlier.watermark + (plan.offsets.last ?? 0))
        }
      }
    }
    self.kinds = kinds
    if let earlier {
      watermark = earlier.watermark
      warmingUntil = max(warming, moved.isEmpty ? .min : earlier.warmingUntil)
      recentFacts = earlier.recentFacts.compactMap { change in
        moved[change.kind].map { number in
          var change = change
          change.kind = number
          return change
        }
      }
    }
    let reservation = reservation
    windows = reservation.table(kinds.map(\.windows))
    views = reservation.table(program.views.map { _ in View(reservation.region(View.bytes)) })
    looks = reservation.table(program.views.map { Look($0) })
    allLooks = reservation.table(Array(program.views.indices))
    factLooks = reservation.table(program.plans.indices.filter { program.plans[$0].hasLabels })
    registers = reservation.region(Registers.bytes).registers
    for (register, value) in program.constants { registers[register] = value }
    additions = reservation.table(Addition.all(of: program))
    lateAdditions = LateAddition.all(of: program)
    hasLateAdditions = lateAdditions.contains { $0.level < FilterPlan.settled }
    stages = program.stages.map { Stage($0, reservation) }
    settledStage = Stage(program.settled, reservation)
    outcomeRegister = program.outcomeRegister
    hasLabels = program.plans.contains { $0.hasLabels }
    let sorted = program.aggregates.sorted { ($0.level, $0.view) < ($1.level, $1.view) }
    aggregates = reservation.table(sorted)
    let readings = Reading.all(of: sorted, program.views)
    self.readings = reservation.table(readings)
    levelEnds = reservation.table(
      program.stages.indices.map { level in
        readings.firstIndex { sorted[$0.start].level > level } ?? readings.count
      }
    )
    featureCount = program.features.count
    featureStart = program.featureStart
    conditionCount = program.conditions.count
    conditionStart = program.conditionStart
    values = reservation.region(4 * (program.features.count + Registers.sweep))
    for number in program.features.indices { values.store(Float.nan, at: 4 * number) }
    names = LookNames(looks: program.views.count, reservation: reservation)
  }

  /// Says that what came before the watermark is not known.
  package func startWarming() {
    warmingUntil = watermark + (program.plans.compactMap { $0.offsets.last }.max() ?? 0)
  }

  package var isWarming: Bool { watermark < warmingUntil }

  package var entityCount: Int { kinds.reduce(0) { $0 + $1.windows.entityCount } }
  package var eventCount: Int { kinds.reduce(0) { $0 + $1.windows.eventCount } }
  /// Bytes of rings, names and tracked windows that are in use.
  package var stateBytes: Int {
    kinds.reduce(0) { total, kind in
      let windows = kind.windows
      return total + windows.rings.liveBytes + windows.table.names.liveBytes
        + windows.ordered.liveBytes + windows.entityCount * (windows.layout.headerStride + 16)
    }
  }

  package func register(_ number: UInt16) -> Double { registers[number] }

  /// Brings features and conditions from their registers to where they are read.
  func collect() {
    let (registers, values) = (registers, values)
    var index = 0
    while index < featureCount {
      let four = SIMD4<Float>(registers.sweep(featureStart, index))
      // Neither NaN nor an infinity: its difference from itself is nothing.
      values.store(
        four.replacing(with: .nan, where: (four - four) .!= SIMD4(repeating: 0)),
        at: 4 &* index
      )
      index &+= Registers.sweep
    }
    holding.removeAll(keepingCapacity: true)
    index = 0
    while index < conditionCount {
      let four = registers.sweep(conditionStart, index)
      if any(four .!= SIMD4(repeating: 0)) {
        for lane in 0..<min(Registers.sweep, conditionCount - index) where four[lane] != 0 {
          holding.append(index + lane)
        }
      }
      index &+= Registers.sweep
    }
  }

  /// The features of the last transaction; missing values are the canonical NaN.
  package var vector: [Float] { withVector { values in values.indices.map { values[$0] } } }

  /// Lends the features of the last transaction.
  @inline(__always)
  package func withVector<Result>(_ body: (borrowing Span<Float>) -> Result) -> Result {
    values.withFloats(count: featureCount, body)
  }

  /// Appends the vector.
  package func appendVector(to floats: inout [Float]) {
    withVector { values in
      for index in values.indices { floats.append(values[index]) }
    }
  }

  /// Appends the vector's bytes, float by float, little-endian.
  package func appendVector(to bytes: inout [UInt8]) {
    values.append(at: 0, count: 4 * featureCount, to: &bytes)
  }
}
