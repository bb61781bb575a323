package import Journal

/// A stand-in for a disk, in memory: `crash` keeps what was synced and, of all later writes, a
/// random part in random order, torn at 512-byte sectors.
package final class SimulatedDisk: JournalDisk {
  private struct PendingWrite {
    var name: String
    var offset: Int
    var bytes: [UInt8]
  }

  private var durable: [String: [UInt8]] = [:]
  private var visible: [String: [UInt8]] = [:]
  private var pending: [PendingWrite] = []
  /// Bytes that all segments together may take; nil for no bound.
  package var capacity: Int?
  /// Operations after which everything fails, as at a power cut; nil for never.
  package var operationsLeft: Int?
  /// Set to make `sync` do nothing, to prove that a test would notice.
  package var ignoresSync = false
  package private(set) var operations = 0

  package init() {}

  private func step(_ what: String) throws(JournalError) {
    operations += 1
    guard let left = operationsLeft else { return }
    guard left > 0 else { throw JournalError(.inputOutput, "power cut before \(what)") }
    operationsLeft = left - 1
  }

  package func list() throws(JournalError) -> [String] { Array(visible.keys) }

  package func create(_ name: String, size: Int) throws(JournalError) {
    try step("create")
    let used = visible.values.reduce(0) { $0 + $1.count }
    if let capacity, used + size > capacity {
      throw JournalError(.noSpace, "no room for \(name)")
    }
    durable[name] = [UInt8](repeating: 0, count: size)
    visible[name] = durable[name]
  }

  package func size(of name: String) throws(JournalError) -> Int { visible[name]?.count ?? 0 }

  package func read(
    _ name: String,
    at offset: Int,
    count: Int,
    into bytes: inout [UInt8]
  ) throws(JournalError) {
    guard let content = visible[name] else {
      throw JournalError(.inputOutput, "no segment \(name)")
    }
    bytes.append(contentsOf: content[offset..<min(offset + count, content.count)])
  }

  package func write(
    _ name: String,
    at offset: Int,
    _ bytes: [UInt8]
  ) throws(JournalError) {
    pending.append(PendingWrite(name: name, offset: offset, bytes: bytes))
    try step("write")
    visible[name]?.replaceSubrange(offset..<offset + bytes.count, with: bytes)
  }

  package func sync(_ name: String) throws(JournalError) {
    try step("sync")
    if ignoresSync { return }
    for write in pending where write.name == name {
      durable[name]?.replaceSubrange(
        write.offset..<write.offset + write.bytes.count,
        with: write.bytes
      )
    }
    pending.removeAll { $0.name == name }
  }

  package func remove(_ name: String) throws(JournalError) {
    try step("remove")
    durable[name] = nil
    visible[name] = nil
    pending.removeAll { $0.name == name }
  }

  package func setAside(_ name: String) throws(JournalError) { try remove(name) }

  /// Loses a file, as a person or a broken disk does.
  package func lose(_ name: String) {
    durable[name] = nil
    visible[name] = nil
    pending.removeAll { $0.name == name }
  }

  /// Cuts a file, or where `zeros` keeps its length, empties its rest.
  package func cut(_ name: String, at length: Int, zeros: Bool = false) {
    guard let bytes = durable[name], length < bytes.count else { return }
    let rest = zeros ? [UInt8](repeating: 0, count: bytes.count - length) : []
    durable[name] = Array(bytes[..<length]) + rest
    visible[name] = durable[name]
  }

  /// All files as they are durable now.
  package var copy: [String: [UInt8]] { durable }

  /// Puts an older copy of all files in place.
  package func restore(_ copy: [String: [UInt8]]) {
    durable = copy
    visible = copy
    pending = []
  }

  /// Loses power: what was not synced survives sector by sector, at random.
  package func crash(using random: inout some RandomNumberGenerator) {
    let sector = 512
    for write in pending.shuffled(using: &random) {
      let survival = Int.random(in: 0...3, using: &random)
      var from = write.offset
      let end = write.offset + write.bytes.count
      while from < end {
        let until = min((from / sector + 1) * sector, end)
        if Int.random(in: 0..<3, using: &random) < survival {
          durable[write.name]?.replaceSubrange(
            from..<until,
            with: write.bytes[from - write.offset..<until - write.offset]
          )
        }
        from = until
      }
    }
    pending = []
    visible = durable
    operationsLeft = nil
  }

  /// Changes one byte that is already durable.
  package func damage(_ name: String, at offset: Int) {
    durable[name]?[offset] ^= 0x40
    visible[name]?[offset] ^= 0x40
  }
}
