import FileJournal
import Foundation
import Journal

/// What it costs to note each transaction in the mapped record of what is in flight.
struct FlightCost {
  static let items = 20_000_000
  static let itemsABatch = 100
  static let goalNanoseconds = 25.0

  /// Prints the figure; false where the goal is missed.
  func run() throws -> Bool {
    let path = NSTemporaryDirectory() + "assay-flight-cost"
    let file = try FlightFile(path: path)
    file.open(boot: 1, suspects: [])
    let recorder: any FlightRecorder = file
    let id = Array("transaction-0123456789".utf8)
    let start = DispatchTime.now().uptimeNanoseconds
    for number in 0..<FlightCost.items {
      recorder.begin(UInt64(number), source: 3, kind: .transaction, id: id.span)
      recorder.end()
      if number % FlightCost.itemsABatch == 0 { recorder.landed() }
    }
    let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start)
    let cost = elapsed / Double(FlightCost.items)
    try FileManager.default.removeItem(atPath: path)
    print(String(format: "record of what is in flight: %.1f ns an item", cost))
    return cost <= FlightCost.goalNanoseconds
  }
}
