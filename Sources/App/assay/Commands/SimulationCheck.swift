import Foundation
import Payments
import Shell
import Simulator

/// `simulate --check`: how a dialect's population looks, over several seeds.
enum SimulationCheck {
  static let seeds: UInt64 = 5

  static func run(_ dialect: Dialect, _ arguments: Arguments) throws {
    let first = try SimulateCommand.seed(arguments)
    let audits = try (0..<seeds).map { number in
      let seed = first &+ number
      Console.progress("seed \(seed)")
      return SimulationAudit(
        try SimulateCommand.accounts(dialect, arguments, seed: seed),
        PaymentText(dialect, seed: seed, start: try SimulateCommand.start(arguments))
      )
    }
    Console.endProgress()
    let audit = audits[0]
    Console.print("\(dialect.word), seed \(first): \(audit.payments) payments")
    Console.print("\nhonest payments       share  wanted        mean      wanted")
    for kind in audit.kinds {
      let name = (kind.word + " " + kind.category).padding(
        toLength: 20,
        withPad: " ",
        startingAt: 0
      )
      Console.print(
        name
          + String(
            format: "%7.4f %7.4f %11.2f %11.2f",
            kind.share,
            kind.wantedShare,
            kind.meanUnits,
            kind.wantedMeanUnits
          )
      )
    }
    Console.print("\ncampaigns")
    for (kind, campaigns, frauds) in audit.campaigns {
      Console.print("\(kind): \(campaigns) campaigns, \(frauds) frauds")
    }
    Console.print("\nsingle columns, AUC")
    let columns = audit.columns.sorted { $0.areaUnderCurve > $1.areaUnderCurve }
    for column in columns.prefix(8) {
      Console.print(String(format: "%.3f  ", column.areaUnderCurve) + column.name)
    }
    Console.print("\nseeds \(first) to \(first + seeds - 1), mean and deviation")
    print("fraud share", audits.map(\.fraudShare))
    let qualities = audits.compactMap { $0.oracle.qualities() }
    print("ceiling AP", qualities.map(\.ceiling.averagePrecision))
    print("reference AP under delay", qualities.map(\.underDelay.averagePrecision))
    let worst = audits.flatMap(\.columns).max { $0.areaUnderCurve < $1.areaUnderCurve }
    if let worst, worst.areaUnderCurve > SimulationAudit.columnQualityMax {
      throw CommandError(
        String(format: "column \(worst.name) alone has an AUC of %.3f", worst.areaUnderCurve)
      )
    }
  }

  private static func print(_ name: String, _ values: [Double]) {
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    let square = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    let deviation = (square / Double(max(values.count - 1, 1))).squareRoot()
    Console.print(String(format: "%.4f ± %.4f  ", mean, deviation) + name)
  }
}
