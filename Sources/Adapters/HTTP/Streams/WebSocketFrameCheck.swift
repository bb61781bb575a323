/// Judges the heads of a client's frames before libwslay does, which ends a broken one without
/// saying why (RFC 6455, 5.2 and 5.5).
struct WebSocketFrameCheck {
  private enum Verdict {
    case unfinished
    /// A whole head, and how many bytes of payload follow it.
    case sound(UInt64)
    case broken
  }

  private var head: [UInt8] = []
  private var payload: UInt64 = 0
  private var isWithinMessage = false

  /// How many of the bytes keep to the protocol: all, or those before the head that breaks it.
  mutating func sound(_ bytes: [UInt8]) -> Int {
    var index = 0
    var start = 0
    while index < bytes.count {
      if payload > 0 {
        let count = min(payload, UInt64(bytes.count - index))
        payload -= count
        index += Int(count)
        continue
      }
      if head.isEmpty { start = index }
      head.append(bytes[index])
      index += 1
      switch judge() {
      case .unfinished: continue
      case .broken: return start
      case .sound(let count):
        payload = count
        if head[0] & 8 == 0 { isWithinMessage = head[0] & 0x80 == 0 }
        head.removeAll(keepingCapacity: true)
      }
    }
    return bytes.count
  }

  private func judge() -> Verdict {
    let (isLast, opcode) = (head[0] & 0x80 != 0, head[0] & 15)
    let isControl = opcode >= 8
    guard head[0] & 0x70 == 0, [0, 1, 2, 8, 9, 10].contains(opcode), isLast || !isControl,
      isControl || isWithinMessage == (opcode == 0)
    else { return .broken }
    guard head.count > 1 else { return .unfinished }
    let short = head[1] & 0x7F
    // Clients mask; a close says nothing, or a code of two bytes first.
    guard head[1] & 0x80 != 0, !isControl || short <= 125, opcode != 8 || short != 1 else {
      return .broken
    }
    let more = short == 126 ? 2 : short == 127 ? 8 : 0
    guard head.count >= 2 + more else { return .unfinished }
    let length = head[2..<2 + more].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    if more == 2, length < 126 { return .broken }
    if more == 8, length <= 0xFFFF || length >> 63 == 1 { return .broken }
    let maskBytes = 4
    guard head.count >= 2 + more + maskBytes else { return .unfinished }
    return .sound(more == 0 ? UInt64(short) : length)
  }
}
