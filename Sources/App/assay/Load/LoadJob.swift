import Payments
import Simulator

/// One request of simulated traffic.
struct LoadJob: Sendable {
  enum Kind: Sendable {
    case payment
    case label
    case activity
  }

  var kind: Kind
  var body: [UInt8]
  /// Names a payment that has no id of its own.
  var idempotencyKey: String?
}

/// The requests of a simulated population, in the order of its clock.
struct LoadTraffic {
  let source: String
  private let text: PaymentText
  private let run: UInt64
  private var feed: AccountFeed

  /// Ids that only count are made unique by `run`.
  init(_ simulation: AccountSimulation, _ text: PaymentText, run: UInt64) {
    source = simulation.dialect.word
    self.text = text
    self.run = run
    feed = AccountFeed(simulation)
  }

  /// The next request.
  mutating func next() -> LoadJob? {
    switch feed.next() {
    case .payment(let payment): return job(payment)
    case .label(let label): return job(label)
    case .activity(let activity): return job(activity)
    case nil: return nil
    }
  }

  private func key(_ payment: SimulatedPayment) -> String? {
    text.hasIds ? nil : "sim\(run)-\(payment.id)"
  }

  private func job(_ payment: SimulatedPayment) -> LoadJob {
    var body: [UInt8] = []
    text.appendJSON(payment, idPrefix: "sim\(run)-", to: &body)
    return LoadJob(kind: .payment, body: body, idempotencyKey: key(payment))
  }

  private func job(_ label: ReportedLabel) -> LoadJob {
    let payment = label.payment
    let id =
      key(payment).map { "key-\($0)" } ?? text.id(payment, prefix: "sim\(run)-") ?? ""
    var body: [UInt8] = []
    text.appendLabel(label, id: id, source: source, to: &body)
    return LoadJob(kind: .label, body: body)
  }

  private func job(_ activity: SimulatedActivity) -> LoadJob {
    var body: [UInt8] = []
    text.appendJSON(activity, source: source, to: &body)
    return LoadJob(kind: .activity, body: body)
  }
}
