import Payments

/// What becomes known later, in time order; of one instant in the order of its numbers.
struct DelayedQueue<Element> {
  private struct Entry {
    var time: Int64
    var number: Int
    var element: Element
  }

  /// A heap: no entry is due before its parent, (index − 1) / 2.
  private var entries: [Entry] = []

  private func isEarlier(_ a: Int, _ b: Int) -> Bool {
    (entries[a].time, entries[a].number) < (entries[b].time, entries[b].number)
  }

  var firstTime: Timestamp? { entries.first.map { Timestamp(microseconds: $0.time) } }

  mutating func add(_ element: Element, at time: Timestamp, number: Int) {
    entries.append(Entry(time: time.microseconds, number: number, element: element))
    var index = entries.count - 1
    while index > 0, isEarlier(index, (index - 1) / 2) {
      entries.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  mutating func take() -> Element? {
    guard let last = entries.popLast() else { return nil }
    guard let first = entries.first else { return last.element }
    entries[0] = last
    var index = 0
    while true {
      var child = 2 * index + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, isEarlier(child + 1, child) { child += 1 }
      guard isEarlier(child, index) else { break }
      entries.swapAt(index, child)
      index = child
    }
    return first.element
  }
}
