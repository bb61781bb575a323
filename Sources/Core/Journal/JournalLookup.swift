import Payments

/// Reads single entries of a log by their position.
package enum JournalLookup {
  /// Appends the entry at a position, header and body, checked.
  package static func entry(
    at position: Position,
    on disk: any JournalDisk,
    segments: [String]? = nil,
    into bytes: inout [UInt8]
  ) throws(JournalError) {
    let names: [String]
    if let segments { names = segments } else { names = try disk.list() }
    var best: (name: String, base: Position)?
    for name in names {
      guard let base = Segment.base(of: name), base <= position else { continue }
      if best == nil || base > best?.base ?? base { best = (name, base) }
    }
    guard let best else {
      throw JournalError(.limit, "position \(position.bytes) is no longer kept")
    }
    let start = bytes.count
    let offset = Int(position.bytes - best.base.bytes)
    try disk.read(best.name, at: offset, count: EntryHeader.size, into: &bytes)
    guard bytes.count == start + EntryHeader.size else {
      throw JournalError(.inputOutput, "position \(position.bytes) lies behind the log's end")
    }
    let total = Int(bytes.span.load(at: start, as: UInt32.self))
    guard total >= EntryHeader.size, total <= EntryHeader.size + EntryHeader.bodyBytesMax + 8
    else {
      throw JournalError(.corrupt, "there is no entry at position \(position.bytes)")
    }
    try disk.read(
      best.name,
      at: offset + EntryHeader.size,
      count: total - EntryHeader.size,
      into: &bytes
    )
    guard let header = EntryHeader(checking: bytes.span.extracting(start..<bytes.count)) else {
      throw JournalError(.corrupt, "the entry at position \(position.bytes) is damaged")
    }
    bytes.removeLast(bytes.count - start - EntryHeader.size - header.bodySize)
  }
}
