import Payments

/// Something that was worked on: what a crash leaves behind of it.
package struct FlightItem: Sendable, Hashable {
  /// What the item is told from others by.
  package var subject: UInt64
  package var source: UInt16
  package var kind: EntryKind
  /// The transaction's id, cut off after `Flight.idBytesMax` bytes.
  package var id: [UInt8]

  package init(subject: UInt64, source: UInt16, kind: EntryKind, id: [UInt8]) {
    self.subject = subject
    self.source = source
    self.kind = kind
    self.id = id
  }
}

/// Notes what is worked on before work on it starts, so that a crash leaves it behind.
package protocol FlightRecorder: AnyObject {
  /// Notes an item, before anything is done with it.
  func begin(_ subject: UInt64, source: Int, kind: EntryKind, id: borrowing Span<UInt8>)
  /// Work on the item is done; it stays in flight until its batch has landed.
  func end()
  /// The batch is durable: nothing is in flight.
  func landed()
  /// Overwrites the names of what has landed; nothing may be in flight.
  func forget()
}

/// The record of what is in flight, as it stands in its file.
///
/// Head, 64 bytes: u64 magic, u64 fingerprint of the machine's boot, then u32 each: 1 while the
/// log is open, items in flight, number of the item that is worked on (from 1; 0 for none),
/// suspects of the crash before. Then two tables of 4096 slots: items in flight, those suspects.
/// A slot: u64 subject, u16 source, u8 kind, u8 length of the id, u32 zero, id.
package struct Flight: Sendable {
  package static let magic: UInt64 = 0x3130_5447_4C46_5341  // "ASFLGT01"
  package static let headSize = 64
  package static let slotSize = 64
  package static let slots = 4096
  package static let idBytesMax = 48
  package static let fileSize = headSize + 2 * slots * slotSize

  package var boot: UInt64
  /// Whether the log was never closed in order.
  package var isOpen: Bool
  package var items: [FlightItem]
  /// Index of the item that was worked on.
  package var current: Int?
  package var suspects: [FlightItem]

  /// The record of a directory that nothing happened in.
  package init() {
    boot = 0
    isOpen = false
    items = []
    current = nil
    suspects = []
  }

  /// Reads a file; one that is no record of flight, or of another version, is as good as none.
  package init(_ bytes: [UInt8]) {
    self.init()
    guard bytes.count == Flight.fileSize, bytes.span.load(at: 0, as: UInt64.self) == Flight.magic
    else { return }
    func word(_ offset: Int) -> Int { Int(bytes.span.load(at: offset, as: UInt32.self)) }
    boot = bytes.span.load(at: 8)
    isOpen = word(16) == 1
    let count = min(word(20), Flight.slots)
    items = (0..<count).compactMap { Flight.item(bytes, table: 0, $0) }
    let number = word(24)
    current = (1...max(1, items.count)).contains(number) ? number - 1 : nil
    suspects = (0..<min(word(28), Flight.slots)).compactMap { Flight.item(bytes, table: 1, $0) }
    if items.isEmpty { current = nil }
  }

  private static func item(_ bytes: [UInt8], table: Int, _ index: Int) -> FlightItem? {
    let at = headSize + (table * slots + index) * slotSize
    let length = min(Int(bytes[at + 11]), idBytesMax)
    guard let kind = EntryKind(rawValue: bytes[at + 10]) else { return nil }
    return FlightItem(
      subject: bytes.span.load(at: at),
      source: bytes.span.load(at: at + 8),
      kind: kind,
      id: Array(bytes[at + 16..<at + 16 + length])
    )
  }

  /// The bytes of a slot.
  package static func slot(_ item: FlightItem) -> [UInt8] {
    var bytes: [UInt8] = []
    let id = item.id.prefix(idBytesMax)
    bytes.append(little: item.subject)
    bytes.append(little: item.source)
    bytes.append(item.kind.rawValue)
    bytes.append(UInt8(id.count))
    bytes.append(little: UInt32(0))
    bytes.append(contentsOf: id)
    bytes.append(contentsOf: [UInt8](repeating: 0, count: slotSize - bytes.count))
    return bytes
  }

  /// What the last stop says about the items, by the boot of the machine that starts now.
  ///
  /// Suspect is the item that was being worked on, or all that were in flight if none was. One that
  /// was suspect at the crash before too is condemned. A crash that took the machine with it is no
  /// transaction's fault.
  package func verdict(boot now: UInt64) -> (suspects: [FlightItem], condemned: [FlightItem]) {
    guard isOpen, boot == now else { return ([], []) }
    let mine = current.map { [items[$0]] } ?? items
    let before = Set(suspects.map(\.subject))
    return (
      mine.filter { !before.contains($0.subject) },
      mine.filter { before.contains($0.subject) }
    )
  }
}
