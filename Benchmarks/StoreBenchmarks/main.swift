import Foundation

// StoreBenchmarks [--decisions MILLIONS] [--folder PATH]
let words = CommandLine.arguments
func option(_ name: String) -> String? {
  guard let index = words.firstIndex(of: "--" + name), index + 1 < words.count else { return nil }
  return words[index + 1]
}

let process = ProcessInfo.processInfo.processIdentifier
let benchmark = try StoreBenchmark(
  folder: option("folder") ?? NSTemporaryDirectory() + "assay-store-\(process)",
  millions: option("decisions").flatMap { Int($0) } ?? 1
)
let reached = try benchmark.run()
print(reached ? "all goals reached" : "a goal was missed")
exit(reached ? 0 : 1)
