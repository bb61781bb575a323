import Foundation
import Payments
import Shell
import Simulator

/// Makes transactions of a simulated population, with their labels.
enum SimulateCommand: Command {
  static let name = "simulate"
  static let summary = "make transactions of a simulated population, the same for the same seed"
  static let options = [
    Arguments.Option("dialect", "D", "card"),
    Arguments.Option("days", "N", "days to simulate (30)"),
    Arguments.Option("accounts", "N", "accounts in the population (1000)"),
    Arguments.Option("seed", "S", "seed (1)"),
    Arguments.Option("start", "DATE", "first day (2026-01-01)"),
    Arguments.Option("format", "F", "csv (labels in a column) or ndjson (labels as events)"),
    Arguments.Option("out", "G", "file; the terminal's output otherwise"),
  ]

  static func run(_ arguments: Arguments) throws {
    guard arguments.text("dialect") ?? "card" == "card" else {
      throw UsageError("--dialect is card; other populations are not there yet")
    }
    let startText = Array((arguments.text("start") ?? "2026-01-01").utf8)
    guard let start = Timestamp(parsing: startText.span) else {
      throw UsageError("--start is a date such as 2026-01-01")
    }
    let simulation = CardSimulation(
      days: try arguments.integer("days", 1...CardSimulation.daysMax) ?? 30,
      accounts: try arguments.integer("accounts", 1...CardSimulation.accountsMax) ?? 1000,
      seed: UInt64(try arguments.integer("seed", 0...Int.max) ?? 1), start: start)
    var output = FileHandle.standardOutput
    if let path = arguments.text("out") {
      guard FileManager.default.createFile(atPath: path, contents: nil),
        let file = FileHandle(forWritingAtPath: path)
      else { throw CommandError("cannot write \(path)") }
      output = file
    }
    switch arguments.text("format") ?? "csv" {
    case "csv": try writeCSV(simulation, to: output)
    case "ndjson": try writeLines(simulation, to: output)
    case let word: throw UsageError("--format is csv or ndjson, not '\(word)'")
    }
  }

  private static let pieceBytes = 1 << 20

  static func writeCSV(_ simulation: CardSimulation, to output: FileHandle) throws {
    var simulation = simulation
    var bytes = Array(CardSimulation.csvHeader.utf8) + [UInt8(ascii: "\n")]
    while let transaction = simulation.next() {
      transaction.appendCSV(to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
      if bytes.count > pieceBytes {
        try output.write(contentsOf: Data(bytes))
        bytes.removeAll(keepingCapacity: true)
      }
    }
    try output.write(contentsOf: Data(bytes))
  }

  private static func writeLines(_ simulation: CardSimulation, to output: FileHandle) throws {
    var feed = SimulationFeed(simulation)
    var bytes: [UInt8] = []
    while let event = feed.next() {
      event.appendJSONLine(to: &bytes)
      if bytes.count > pieceBytes {
        try output.write(contentsOf: Data(bytes))
        bytes.removeAll(keepingCapacity: true)
      }
    }
    try output.write(contentsOf: Data(bytes))
  }
}
