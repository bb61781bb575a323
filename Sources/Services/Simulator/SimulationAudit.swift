import Numerics
import Payments

/// What a simulation looks like beside what it is meant to look like, and how much single columns
/// give away.
package struct SimulationAudit {
  /// No single column may separate fraud better than this.
  package static let columnQualityMax = 0.95

  /// Payments of one kind among the honest ones.
  package struct Kind: Sendable {
    package var word: String
    package var category: String
    package var share: Double
    package var meanUnits: Double
    /// As the profile has them; for paysim they are those of the real logs.
    package var wantedShare: Double
    package var wantedMeanUnits: Double
  }

  /// A column by itself as a score, whichever way round is better.
  package struct Column: Sendable {
    package var name: String
    package var areaUnderCurve: Double
  }

  package private(set) var kinds: [Kind] = []
  package private(set) var columns: [Column] = []
  package private(set) var payments = 0
  package private(set) var fraudShare = 0.0
  /// Frauds by the kind of their campaign.
  package private(set) var campaigns: [(kind: String, campaigns: Int, frauds: Int)] = []
  package private(set) var oracle = Oracle()

  /// Runs a simulation to its end.
  package init(_ simulation: AccountSimulation, _ text: PaymentText) {
    var simulation = simulation
    let profile = simulation.population.profile
    let unit = text.dialect == .crypto ? 1e8 : 1e2
    var counts = [Double](repeating: 0, count: profile.kinds.count)
    var sums = counts
    var frauds: [Bool] = []
    var values: [[Double]] = []
    var members: [String: Set<String>] = [:]
    var perKind: [String: Int] = [:]
    var seconds: [Int: Int64] = [:]
    while let event = simulation.next() {
      guard case .payment(let payment) = event else { continue }
      oracle.add(payment, evidence: text.evidence(payment))
      frauds.append(payment.fraud)
      values.append(SimulationAudit.values(payment, profile, text, &seconds))
      if let campaign = payment.campaign {
        let kind = String(campaign.prefix { $0 != "-" })
        members[kind, default: []].insert(campaign)
        perKind[kind, default: 0] += 1
      } else {
        counts[payment.kind] += 1
        sums[payment.kind] += Double(payment.amountMinorUnits) / unit
      }
    }
    payments = frauds.count
    fraudShare = Double(frauds.count { $0 }) / Double(max(1, frauds.count))
    campaigns = perKind.keys.sorted().map { ($0, members[$0]?.count ?? 0, perKind[$0] ?? 0) }
    let all = counts.reduce(0, +)
    kinds = profile.kinds.enumerated().map { index, kind in
      Kind(
        word: kind.word,
        category: kind.category,
        share: counts[index] / max(all, 1),
        meanUnits: sums[index] / max(counts[index], 1),
        wantedShare: kind.share,
        wantedMeanUnits: kind.median
          * DeterministicMath.exp(kind.sigma * kind.sigma / 2) / unit
      )
    }
    columns = SimulationAudit.names(profile, text).enumerated().compactMap { index, name in
      guard let quality = Ranking.quality(values.map { $0[index] }, frauds) else { return nil }
      let area = quality.areaUnderCurve
      return Column(name: name, areaUnderCurve: max(area, 1 - area))
    }
  }

  private static func names(_ profile: PaymentProfile, _ text: PaymentText) -> [String] {
    var names = ["amount", "hour", "since_last"] + profile.kinds.map { "is_\($0.category)" }
    if text.dialect == .paysim {
      names += ["old_balance", "new_balance", "share_of_balance", "counterparty_old_balance"]
    }
    if profile.showsDevice { names.append("device_number") }
    if text.dialect == .anonymised {
      names += (1...Dialect.componentCount).map { "v\($0)" }
    }
    return names
  }

  /// The values of the columns that a payment shows, and the time since the account's last.
  private static func values(
    _ payment: SimulatedPayment,
    _ profile: PaymentProfile,
    _ text: PaymentText,
    _ seconds: inout [Int: Int64]
  ) -> [Double] {
    let second = payment.time.microseconds / Timestamp.microsecondsPerSecond
    let last = seconds.updateValue(second, forKey: payment.account)
    let amount = Double(payment.amountMinorUnits)
    var values = [
      amount, Double(second / 3600 % 24), last.map { Double(second - $0) } ?? 1e9,
    ]
    values += profile.kinds.indices.map { $0 == payment.kind ? 1 : 0 }
    if text.dialect == .paysim {
      values += [
        Double(payment.oldBalance), Double(payment.newBalance),
        amount / Double(max(1, payment.oldBalance)), Double(payment.counterpartyOldBalance),
      ]
    }
    // A device's name says nothing before it was seen; its number among the account's does.
    if profile.showsDevice { values.append(Double(max(payment.device, 0))) }
    if text.dialect == .anonymised { values += Components(payment, seed: text.seed).values }
    return values
  }
}
