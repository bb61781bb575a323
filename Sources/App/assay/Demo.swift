import Foundation
import Gateway
import Journal
import Payments
import Pipeline
import Shell
import Simulator
import Synchronization
import Threads

/// `serve --demo`: simulates past payments, learns and trains on them, and decides on live
/// simulated traffic.
///
/// The history ends now, and the live part is how the same population goes on from there, each
/// payment at its time: cards pay as often as they did before, so that windows, rules and the model
/// see a normal day, for as long as it runs. At a later start the traffic goes on at once.
final class Demo: @unchecked Sendable {
  // Safety: `start` hands everything to the demo's thread.

  private static let historyDays = 16
  /// One pays about once a day: as many as give a payment every few seconds.
  private static let accounts = 20_000
  private static let seed: UInt64 = 8
  /// The hour of the bank's day at which the demo is started first, wherever the sun stands.
  private static let firstHour: Int64 = 10
  /// How long a stop may wait for a payment that is to come, s.
  private static let pauseSecondsMax = 0.2

  private let node: Node
  private let programs: ProgramFiles
  private let metrics: Metrics
  private let stopping = Atomic<Bool>(false)
  private let finished = DispatchSemaphore(value: 0)
  private let source: Source
  /// The first day of the history.
  private let first: Timestamp
  /// When the history ends and live traffic begins.
  private let begin: Timestamp
  private let text: PaymentText
  private var hours = 0

  init(_ node: Node, _ programs: ProgramFiles, _ metrics: Metrics) {
    self.node = node
    self.programs = programs
    self.metrics = metrics
    source = SourceCatalog.entry(.card).source
    begin = Timestamp(microseconds: Clocks.wallMicroseconds())
    let day = begin.day
    first = Timestamp(
      microseconds: (day - Int64(Demo.historyDays)) * Timestamp.microsecondsPerDay
    )
    text = PaymentText(source.dialect, seed: Demo.seed, start: first)
  }

  func start() {
    let thread = WorkThread { [self] in
      do {
        try run()
      } catch {
        Log.error("demo: \(error)")
      }
      finished.signal()
    }
    thread.start()
  }

  func stop() {
    stopping.store(true, ordering: .relaxed)
    finished.wait()
  }

  /// The population from the first day of the history on.
  private func simulation(days: Int) -> AccountSimulation {
    AccountSimulation(
      source.dialect,
      days: days,
      accounts: Demo.accounts,
      seed: Demo.seed,
      start: first,
      hours: hours
    )
  }

  /// How much later than in UTC the bank's days begin, as it was at the first start.
  private func bankHours() -> Int {
    let file = folder + "/hours"
    // What is not there or cannot be read is made anew.
    if let text = try? TextFile.read(file),
      let known = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)),
      (0..<24).contains(known)
    {
      return known
    }
    let hour = begin.microseconds / 3_600_000_000 % 24
    let hours = Int((hour - Demo.firstHour + 24) % 24)
    do {
      try Data("\(hours)\n".utf8).write(to: URL(fileURLWithPath: file))
    } catch {
      Log.warning("demo: \(file) cannot be written: \(error)")
    }
    return hours
  }

  private var folder: String { node.directory.path + "/demo" }

  private func run() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    hours = bankHours()
    let training = DispatchSemaphore(value: 0)
    if node.directory.modelPaths().isEmpty {
      let file = try learn()
      WorkThread { [self] in
        train(file)
        training.signal()
      }.start()
    } else {
      training.signal()
    }
    Log.info("demo: live traffic starts")
    defer { training.wait() }
    try traffic()
  }

  /// Simulates the past and feeds it to the log; the file that it stands in.
  private func learn() throws -> String {
    let file = folder + "/history.csv"
    Log.info("demo: simulating \(Demo.historyDays) days of \(Demo.accounts) cards")
    let output = try Output(file)
    let oracle = try SimulateCommand.writeCSV(
      simulation(days: Demo.historyDays + 1),
      text,
      to: output,
      until: begin
    )
    try output.close()
    Log.info("demo: \(SimulationSummary.text(oracle))")
    let report = try BackfillCommand.feed([file], source, to: node)
    try report.requireWhole()
    Log.info(
      "demo: learnt from \(report.transactions) past payments and \(report.labels) labels in"
        + String(format: " %.1f s", report.seconds)
    )
    return file
  }

  /// Trains on the past in a child process, while live traffic goes on.
  private func train(_ file: String) {
    if stopping.load(ordering: .relaxed) { return }
    Log.info("demo: training 100 trees on them")
    let code = Trainer.run([
      "train", "--data", file, "--dialect", "card", "--tree-method", "hist", "--depth", "3",
      "--out",
      node.directory.models, "--parameter", "nthread=1",
    ])
    guard code == 0 else { return Log.error("demo: the training ended with code \(code)") }
    programs.reload()
  }

  /// Lets the population go on; what it did before stands in the history.
  private func traffic() throws {
    while !stopping.load(ordering: .relaxed) {
      let run = Clocks.wallMicroseconds()
      var feed = AccountFeed(simulation(days: AccountSimulation.daysMax))
      var labels: [Int: [UInt8]] = [:]
      while let event = feed.next(), !stopping.load(ordering: .relaxed) {
        switch event {
        case .payment(let payment) where payment.time >= begin:
          guard isDue(payment.time) else { return }
          let label = try decide(on: payment, id: "demo-\(run)-\(payment.id)")
          if payment.reported == true { labels[payment.id] = label }
        case .label(let label):
          if let body = labels.removeValue(forKey: label.payment.id) {
            try submit(.entries(.label), body)
          }
        case .payment, .activity: break
        }
      }
    }
  }

  /// Waits for a time; false where the demo is stopped before.
  private func isDue(_ time: Timestamp) -> Bool {
    while !stopping.load(ordering: .relaxed) {
      let left = Double(time.microseconds - Clocks.wallMicroseconds()) / 1_000_000
      if left <= 0 { return true }
      Thread.sleep(forTimeInterval: min(left, Demo.pauseSecondsMax))
    }
    return false
  }

  /// Sends a payment at the present time; the body of a label that calls it fraud, nil where the
  /// disk is full.
  private func decide(on payment: SimulatedPayment, id: String) throws -> [UInt8]? {
    var builder = TransactionBuilder(source: source.id, schema: source.schema)
    let parties = [
      ("transaction_id", id), ("account", text.account(payment)),
      ("counterparty", text.name(payment.counterparty)),
    ]
    for (key, value) in parties + text.shown(payment) {
      guard let slot = source.schema.textSlot(key) else { continue }
      builder.set(text: slot, value)
    }
    builder.amount = Money(minorUnits: payment.amountMinorUnits)
    builder.flags.insert(.timeIsReceivedAt)
    var record: [UInt8] = []
    builder.finish(into: &record)
    let submission = try submit(.transactions, record)
    metrics.count(submission)
    guard case .decided(_, let range) = submission.results.first else { return nil }
    var label: [UInt8] = []
    let decisions = submission.decisions
    let records = submission.bytes
    Label.append(
      verdict: .fraud,
      origin: .explicit,
      landed: DecisionRecord.landed(decisions.span.extracting(range)),
      record: records.span.extracting(submission.items[0]),
      to: &label
    )
    return label
  }

  @discardableResult
  private func submit(_ kind: Submission.Kind, _ body: [UInt8]) throws -> Submission {
    let submission = Submission()
    submission.kind = kind
    submission.add { $0.append(contentsOf: body) }
    guard node.core.submitAndWait(submission) else {
      throw CommandError("the core thread has stopped")
    }
    return submission
  }
}
