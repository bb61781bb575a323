import Foundation
import Glibc

/// Processor time of this process, whose measured parts use one thread.
enum ProcessorTime {
  /// Nanoseconds that a piece of work takes; the clock steps by a microsecond.
  static func measure(_ work: () throws -> Void) rethrows -> Double {
    let start = clock()
    try work()
    return Double(clock() - start) * 1e9 / Double(CLOCKS_PER_SEC)
  }
}

/// Memory of this process that is in use now or was at its peak, as the kernel reports it.
enum ResidentMemory {
  static var mebibytes: Double { status("VmRSS:") }
  static var peakMebibytes: Double { status("VmHWM:") }

  private static func status(_ name: String) -> Double {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
    return line.split { !$0.isNumber }.first.flatMap { Double($0) }.map { $0 / 1024 } ?? .nan
  }
}

/// Exact calls of the allocator, as `Scripts/bench` has them counted: the library that it preloads
/// counts in a file that this process reads.
enum Allocations {
  private static let path = ProcessInfo.processInfo.environment["ASSAY_ALLOCATION_COUNT"]

  private static var total: Int? {
    guard let path, let data = FileManager.default.contents(atPath: path) else { return nil }
    return data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// How often a piece of work allocates; nil where nobody counts.
  static func count(_ work: () throws -> Void) rethrows -> Int? {
    // Reading the count allocates as well, every time as much.
    guard let first = total, let second = total else {
      try work()
      return nil
    }
    try work()
    return total.map { $0 - second - (second - first) }
  }
}

/// The options of the command line: `--name value`, and a path.
struct Options {
  private(set) var path: String?
  private var values: [String: String] = [:]

  init(_ words: [String]) {
    var words = words[...]
    while let word = words.popFirst() {
      if word.hasPrefix("--") {
        values[String(word.dropFirst(2))] = words.popFirst() ?? ""
      } else {
        path = word
      }
    }
  }

  /// Ends the program where another option is named.
  func allow(_ names: Set<String>) {
    let unknown = Set(values.keys).subtracting(names)
    if unknown.isEmpty { return }
    print("unknown: \(unknown.sorted()); there are \(names.sorted())")
    exit(64)
  }

  func number(_ name: String) -> Int? { values[name].flatMap { Int($0) } }
  func text(_ name: String) -> String? { values[name] }
}

extension [Double] {
  /// The middle value; 0 of none.
  var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}

extension Double {
  /// With that many decimal places.
  func shown(_ places: Int = 0) -> String { String(format: "%.\(places)f", self) }
}
