import Payments

/// Labels that are not due yet, in the order in which they fall due.
struct LabelSchedule {
  private struct Entry {
    var due: Int64
    var landed: Timestamp
    var offset: Int
    var size: Int
    var verdict: Verdict
  }

  private var entries: [Entry] = []
  private var first = 0
  private var bytes: [UInt8] = []

  var isEmpty: Bool { first == entries.count }
  var count: Int { entries.count - first }
  /// When the last one falls due, µs.
  var lastDue: Int64? { isEmpty ? nil : entries.last?.due }

  /// Keeps a transaction's label, and where that landed in the windows, until `due`.
  mutating func add(
    _ verdict: Verdict,
    due: Int64,
    landed: Timestamp,
    record: borrowing Span<UInt8>
  ) {
    let entry = Entry(
      due: due,
      landed: landed,
      offset: bytes.count,
      size: record.count,
      verdict: verdict
    )
    bytes.append(record)
    var index = entries.count
    while index > first, entries[index - 1].due > due { index -= 1 }
    if index == entries.count { entries.append(entry) } else { entries.insert(entry, at: index) }
  }

  /// Appends the label entry's body that fell due first, if one is due at `time`.
  mutating func take(dueAt time: Int64, into body: inout [UInt8]) -> Bool {
    guard first < entries.count, entries[first].due <= time else { return false }
    let entry = entries[first]
    first += 1
    append(entry, to: &body)
    compact()
    return true
  }

  private func append(_ entry: Entry, to body: inout [UInt8]) {
    let all = bytes.span
    let record = all.extracting(entry.offset..<entry.offset + entry.size)
    Label.append(
      verdict: entry.verdict,
      origin: .column,
      landed: entry.landed,
      record: record,
      to: &body
    )
  }

  /// Gives memory back once most of it is spent.
  private mutating func compact() {
    guard first > 65_536, first * 2 > entries.count else { return }
    entries.removeFirst(first)
    first = 0
    let start = entries.map(\.offset).min() ?? bytes.count
    bytes.removeFirst(start)
    for index in entries.indices { entries[index].offset -= start }
  }
}
