import Foundation
import Gateway
import Journal
import Payments
import Pipeline
import Shell
import Simulator
import Synchronization

/// `serve --demo`: simulates past payments, learns and trains on them, then decides on live
/// simulated traffic.
///
/// The history ends at the present hour, so that the live part goes on where it ends. At a later
/// start the traffic goes on at once.
final class Demo: SubmissionOwner, @unchecked Sendable {
  // Safety: `start` hands everything to the demo's thread; `completed` only counts.

  private static let historyDays = 60
  private static let accounts = 500
  private static let seed: UInt64 = 7
  private static let paymentsPerSecond = 20.0

  private let node: Node
  private let catalog: Catalog
  private let metrics: Metrics
  private let stopping = Atomic<Bool>(false)
  private let finished = DispatchSemaphore(value: 0)
  private let source: Source

  init(_ node: Node, _ catalog: Catalog, _ metrics: Metrics) {
    self.node = node
    self.catalog = catalog
    self.metrics = metrics
    source = SourceCatalog.entry(.card).source
  }

  func start() {
    let thread = Thread { [self] in
      do {
        try run()
      } catch {
        Console.note("demo: \(error)")
      }
      finished.signal()
    }
    thread.start()
  }

  func stop() {
    stopping.store(true, ordering: .relaxed)
    finished.wait()
  }

  private var folder: String { node.directory.path + "/demo" }

  private func run() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if node.directory.modelPaths().isEmpty { try learn() }
    try traffic()
  }

  /// Simulates the past, feeds it to the log, and trains on it in a child process.
  private func learn() throws {
    let file = folder + "/history.csv"
    let today = Timestamp(microseconds: Clocks.wallMicroseconds()).day
    let start = Timestamp(
      microseconds: (today - Int64(Demo.historyDays)) * Timestamp.microsecondsPerDay
    )
    Console.note("demo: simulating \(Demo.historyDays) days of \(Demo.accounts) cards")
    let output = try Output(file)
    try SimulateCommand.writeCSV(
      CardSimulation(
        days: Demo.historyDays,
        accounts: Demo.accounts,
        seed: Demo.seed,
        start: start
      ),
      to: output
    )
    try output.close()
    let report = try BackfillCommand.feed([file], source, to: node)
    Console.note(
      "demo: learnt from \(report.transactions) past payments and \(report.labels) labels in"
        + String(format: " %.1f s", report.seconds)
    )
    if stopping.load(ordering: .relaxed) { return }
    Console.note("demo: training 100 trees on them")
    let code = Trainer.run([
      "train", "--data", file, "--dialect", "card", "--tree-method", "hist", "--out",
      node.directory.models, "--parameter", "nthread=1",
    ])
    guard code == 0 else { throw CommandError("the training ended with code \(code)") }
    if let newest = try node.newestModel(for: source) {
      try node.promote(newest, for: source, in: catalog)
      Console.note("demo: the model decides from now on; live traffic starts")
    }
  }

  /// Sends payments of another simulated day at the present time.
  private func traffic() throws {
    var builder = TransactionBuilder(source: source.id, schema: source.schema)
    var run = UInt64(Clocks.wallMicroseconds())
    while !stopping.load(ordering: .relaxed) {
      run &+= 1
      var simulation = CardSimulation(
        days: 1,
        accounts: Demo.accounts,
        seed: run,
        start: Timestamp(microseconds: Clocks.wallMicroseconds())
      )
      while let payment = simulation.next(), !stopping.load(ordering: .relaxed) {
        builder.reset()
        builder.set(text: Schema.Text.id, "demo-\(run)-\(payment.id)")
        builder.set(text: Schema.Text.account, "\(payment.account)")
        builder.set(text: Schema.Text.counterparty, "\(payment.counterparty)")
        builder.set(text: Schema.Text.channel, payment.channel)
        builder.amount = Money(minorUnits: payment.amountMinorUnits)
        builder.flags.insert(.timeIsReceivedAt)
        let submission = Submission()
        submission.add { _ = builder.finish(into: &$0) }
        _ = node.core.submit([submission], owner: self)
        Thread.sleep(forTimeInterval: 1 / Demo.paymentsPerSecond)
      }
    }
  }

  func completed(_ submissions: [Submission]) {
    for submission in submissions { metrics.count(submission) }
  }
}
