import HTTP
import Payments

/// The newest decided transactions, each written at most once for each form in use.
struct LiveRing {
  private static let itemsMax = 8192
  private static let bytesMax = 16 << 20

  private struct Slot {
    var item: LiveItem
    /// The item's message in each form, empty where nobody asked for it yet.
    var messages: InlineArray<6, [UInt8]> = InlineArray(repeating: [])

    var bytes: Int { item.record.count + item.decision.count }
  }

  private var slots: [Slot] = []
  private var first = 0
  private var bytes = 0
  private var text: LiveText
  /// Everything from here on is in the ring.
  private(set) var start: UInt64 = 0
  /// The first byte of the log that was not taken in.
  var end: UInt64 = 0 {
    didSet { if slots.isEmpty { start = end } }
  }

  init(_ text: LiveText) { self.text = text }

  var count: Int { slots.count - first }

  subscript(index: Int) -> LiveItem { slots[first + index].item }

  mutating func append(_ item: LiveItem) {
    slots.append(Slot(item: item))
    bytes += item.record.count + item.decision.count
    while count > LiveRing.itemsMax || (bytes > LiveRing.bytesMax && count > 1) {
      bytes -= slots[first].bytes
      first += 1
      start = slots[first].item.place.entry
    }
    if first > LiveRing.itemsMax {
      slots.removeFirst(first)
      first = 0
    }
  }

  /// The first item at or behind a place of the log.
  func index(of position: UInt64) -> Int {
    var (low, high) = (first, slots.count)
    while low < high {
      let middle = (low + high) / 2
      if slots[middle].item.place.entry < position { low = middle + 1 } else { high = middle }
    }
    return low - first
  }

  /// An item's message as a subscription wants it.
  mutating func message(_ index: Int, _ subscription: LiveSubscription) -> [UInt8] {
    let form = subscription.shape.rawValue * 2 + (subscription.kind == .events ? 1 : 0)
    let slot = first + index
    if slots[slot].messages[form].isEmpty {
      text.append(
        slots[slot].item,
        subscription.shape,
        subscription.kind,
        to: &slots[slot].messages[form]
      )
    }
    return slots[slot].messages[form]
  }
}
