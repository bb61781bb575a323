import Foundation

/// What the machine does at one moment.
package struct SystemSample: Sendable, Equatable {
  package struct Network: Sendable, Equatable {
    package var bytesSent = 0
    package var bytesReceived = 0
    package var packetsSent = 0
    package var packetsReceived = 0

    package init() {}
  }

  /// µs since 1970.
  package var time: Int64 = 0
  /// Since the sample before, 0 to 100.
  package var processorPercent = 0.0
  package var processors = 0
  /// Bytes.
  package var memoryTotal = 0
  package var memoryAvailable = 0
  package var memoryFree = 0
  /// Bytes of the file system that holds the data directory.
  package var diskTotal = 0
  package var diskFree = 0
  /// Since the machine started, over all interfaces but loopback.
  package var network = Network()
  package var processes = 0

  package init() {}

  package var memoryPercent: Double {
    SystemSample.percent(memoryTotal - memoryAvailable, memoryTotal)
  }
  package var diskPercent: Double { SystemSample.percent(diskTotal - diskFree, diskTotal) }

  private static func percent(_ part: Int, _ whole: Int) -> Double {
    whole > 0 ? 100 * Double(part) / Double(whole) : 0
  }
}

/// Reads samples from `/proc`.
struct SystemSampler {
  private let path: String
  private var busy = 0
  private var total = 0

  /// `path` lies on the file system whose room is watched.
  init(path: String) { self.path = path }

  mutating func take(time: Int64) -> SystemSample {
    var sample = SystemSample()
    sample.time = time
    let (busy, total, processors) = SystemSampler.processorTicks(SystemSampler.read("/proc/stat"))
    if self.total > 0, total > self.total {
      sample.processorPercent = 100 * Double(busy - self.busy) / Double(total - self.total)
    }
    (self.busy, self.total) = (busy, total)
    sample.processors = processors
    SystemSampler.memory(SystemSampler.read("/proc/meminfo"), into: &sample)
    sample.network = SystemSampler.network(SystemSampler.read("/proc/net/dev"))
    // A machine without such numbers is shown with zeros.
    let space = (try? FileManager.default.attributesOfFileSystem(forPath: path)) ?? [:]
    sample.diskTotal = (space[.systemSize] as? NSNumber)?.intValue ?? 0
    sample.diskFree = (space[.systemFreeSize] as? NSNumber)?.intValue ?? 0
    // Nor does it count what it cannot list.
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    sample.processes = entries.count { $0.allSatisfy(\.isNumber) }
    return sample
  }

  private static func read(_ path: String) -> String {
    // What cannot be read counts as nothing.
    (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
  }

  /// Ticks of all processors that were not idle, and all of them; the number of processors.
  static func processorTicks(_ text: String) -> (busy: Int, total: Int, processors: Int) {
    var (busy, total, processors) = (0, 0, 0)
    for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("cpu") {
      let fields = line.split(separator: " ")
      if fields[0] != "cpu" {
        processors += 1
        continue
      }
      // user nice system idle iowait irq softirq steal; guests are counted in user already.
      let ticks = fields.dropFirst().prefix(8).map { Int($0) ?? 0 }
      total = ticks.reduce(0, +)
      busy = total - (ticks.count > 4 ? ticks[3] + ticks[4] : 0)
    }
    return (busy, total, processors)
  }

  static func memory(_ text: String, into sample: inout SystemSample) {
    for line in text.split(whereSeparator: \.isNewline) {
      let fields = line.split(separator: " ")
      guard fields.count > 1, let kibibytes = Int(fields[1]) else { continue }
      switch fields[0] {
      case "MemTotal:": sample.memoryTotal = kibibytes << 10
      case "MemAvailable:": sample.memoryAvailable = kibibytes << 10
      case "MemFree:": sample.memoryFree = kibibytes << 10
      default: break
      }
    }
  }

  static func network(_ text: String) -> SystemSample.Network {
    var network = SystemSample.Network()
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) != "lo" else {
        continue
      }
      let fields = parts[1].split(separator: " ").map { Int($0) ?? 0 }
      guard fields.count >= 10 else { continue }
      network.bytesReceived += fields[0]
      network.packetsReceived += fields[1]
      network.bytesSent += fields[8]
      network.packetsSent += fields[9]
    }
    return network
  }
}
