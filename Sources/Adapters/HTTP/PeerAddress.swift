/// The address of a client, in the sixteen bytes of IPv6; IPv4 addresses are mapped.
package struct PeerAddress: Sendable, Hashable {
  /// In the order of the network.
  package var bytes: SIMD16<UInt8>

  private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

  package init(bytes: SIMD16<UInt8>) { self.bytes = bytes }

  /// An IPv4 address.
  package init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
    bytes = SIMD16(PeerAddress.mappedPrefix + [a, b, c, d])
  }

  /// Reads what `description` writes.
  package init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count == 4 {
      let bytes = parts.compactMap { UInt8($0) }
      guard bytes.count == 4 else { return nil }
      self.init(bytes[0], bytes[1], bytes[2], bytes[3])
      return
    }
    let groups = text.split(separator: ":", omittingEmptySubsequences: false).compactMap {
      UInt16($0, radix: 16)
    }
    guard groups.count == 8 else { return nil }
    self.init(bytes: SIMD16(groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }))
  }

  private var isMapped: Bool {
    PeerAddress.mappedPrefix.indices.allSatisfy { bytes[$0] == PeerAddress.mappedPrefix[$0] }
  }

  /// Whether the client is on this machine.
  package var isLoopback: Bool {
    if isMapped { return bytes[12] == 127 }
    return bytes[15] == 1 && (0..<15).allSatisfy { bytes[$0] == 0 }
  }

  /// The address of IPv4; the network of 64 bits that one customer of IPv6 has whole.
  package var network: PeerAddress {
    if isMapped { return self }
    var bytes = bytes
    for index in 8..<16 { bytes[index] = 0 }
    return PeerAddress(bytes: bytes)
  }
}

extension PeerAddress: CustomStringConvertible {
  /// `192.0.2.1`, or eight groups of hexadecimal digits without leading zeros.
  package var description: String {
    if isMapped { return (12..<16).map { String(bytes[$0]) }.joined(separator: ".") }
    return (0..<8).map { group in
      String(UInt16(bytes[2 * group]) << 8 | UInt16(bytes[2 * group + 1]), radix: 16)
    }.joined(separator: ":")
  }
}
