import Payments

/// The windows of all entities of one kind, with the memory that holds them.
final class EntityKind {
  /// The most entities of a kind; beyond it those recorded longest ago are forgotten.
  static let entitiesMax = 100_000_000

  let plan: WindowPlan
  /// Used while the kind is alive.
  let windows: EntityWindows
  private let reservation = Reservation()

  /// Bounds on what is kept: entities of the kind, and 2^`ringLog` − 2 events of each.
  struct Limits: Sendable {
    package var entities = EntityKind.entitiesMax
    package var ringLog = EntityWindows.ringLogMax
  }

  /// No entities yet.
  ///
  /// `seed` only orders the hash table; `reserve` is address space a region.
  init(plan: WindowPlan, lateBound: Int64, limits: Limits, seed: UInt64, reserve: Int) {
    typealias Control = EntityWindows.Control
    self.plan = plan
    let layout = WindowLayout(plan, reservation: reservation)
    let control = reservation.region(Control.size)
    control.store(Int64.min, at: Control.evictedUntil)
    let core = EntityWindows.Core(
      layout: layout,
      horizon: (plan.offsets.last ?? 0) + lateBound,
      ringLogLimit: limits.ringLog,
      entitiesMax: limits.entities,
      control: control,
      headers: reservation.region(reserve),
      rings: Pool(memory: reservation.region(reserve), control: control, at: Control.rings),
      table: EntityTable(
        seed: seed,
        reservation: reservation,
        reserve: reserve,
        control: control,
        at: Control.table
      ),
      pairs: PairTable(
        counters: layout.counterCount,
        reservation: reservation,
        reserve: reserve,
        control: control,
        at: Control.pairs
      ),
      ordered: OrderedValues(
        reservation: reservation,
        reserve: reserve,
        control: control,
        at: Control.ordered
      ),
      deltas: reservation.region(layout.slotBytes + 64)
    )
    windows = EntityWindows(core: reservation.table([core]))
  }
}
