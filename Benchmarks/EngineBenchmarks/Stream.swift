/// Entries in memory, one after another, so that reading them costs next to nothing.
struct Stream {
  private(set) var bytes: [UInt8] = []
  private var ends: [Int] = []
  private var labels: [Bool] = []
  private(set) var transactions = 0

  var count: Int { ends.count }

  /// Appends one entry's body, as `fill` writes it.
  mutating func append(label: Bool, _ fill: (inout [UInt8]) -> Void) {
    fill(&bytes)
    ends.append(bytes.count)
    labels.append(label)
    if !label { transactions += 1 }
  }

  func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }
  func isLabel(_ index: Int) -> Bool { labels[index] }
}
