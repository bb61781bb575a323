import HTTP
import Testing

struct PeerAddressTests {
  @Test func `addresses of this machine are known, in both families`() {
    #expect(PeerAddress(127, 0, 0, 1).isLoopback && PeerAddress(127, 9, 8, 7).isLoopback)
    #expect(!PeerAddress(128, 0, 0, 1).isLoopback && !PeerAddress(10, 127, 0, 1).isLoopback)
    var bytes = SIMD16<UInt8>(repeating: 0)
    #expect(!PeerAddress(bytes: bytes).isLoopback)
    bytes[15] = 1
    #expect(PeerAddress(bytes: bytes).isLoopback)
    bytes[0] = 0xFE
    #expect(!PeerAddress(bytes: bytes).isLoopback)
  }

  @Test func `an address is shown as people write it`() {
    #expect(PeerAddress(192, 0, 2, 1).description == "192.0.2.1")
    var bytes = SIMD16<UInt8>(repeating: 0)
    (bytes[0], bytes[1], bytes[15]) = (0x20, 0x01, 0x0A)
    #expect(PeerAddress(bytes: bytes).description == "2001:0:0:0:0:0:0:a")
  }
}
