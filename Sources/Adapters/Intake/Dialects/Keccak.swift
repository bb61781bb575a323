/// Keccak-256 as Ethereum has it: with the padding of before SHA-3, which no linked library offers.
enum Keccak {
  private static let rateBytes = 136
  private static let hashBytes = 32
  private static let lanes = 25

  private static let rounds: [UInt64] = [
    0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a, 0x8000_0000_8000_8000,
    0x0000_0000_0000_808b, 0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009,
    0x0000_0000_0000_008a, 0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000a,
    0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089, 0x8000_0000_0000_8003,
    0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800a, 0x8000_0000_8000_000a,
    0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
  ]

  /// The hash of a short text.
  static func hash256(_ text: [UInt8]) -> [UInt8] {
    var padded = text + [0x01]
    padded += [UInt8](
      repeating: 0,
      count: rateBytes - 1 - (padded.count + rateBytes - 1) % rateBytes
    )
    padded[padded.count - 1] |= 0x80
    var state = [UInt64](repeating: 0, count: lanes)
    for block in stride(from: 0, to: padded.count, by: rateBytes) {
      for lane in 0..<rateBytes / 8 {
        for byte in 0..<8 {
          state[lane] ^= UInt64(padded[block + 8 * lane + byte]) << UInt64(8 * byte)
        }
      }
      permute(&state)
    }
    return (0..<hashBytes).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> UInt64(8 * ($0 % 8))) }
  }

  /// Keccak-f[1600].
  private static func permute(_ state: inout [UInt64]) {
    func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 {
      count == 0 ? word : word << count | word >> (64 - count)
    }
    for constant in rounds {
      var columns = [UInt64](repeating: 0, count: 5)
      for lane in 0..<lanes { columns[lane % 5] ^= state[lane] }
      for lane in 0..<lanes {
        state[lane] ^= columns[(lane + 4) % 5] ^ rotated(columns[(lane + 1) % 5], 1)
      }
      var (x, y) = (1, 0)
      var moving = state[1]
      for step in 1...24 {
        (x, y) = (y, (2 * x + 3 * y) % 5)
        let kept = state[x + 5 * y]
        state[x + 5 * y] = rotated(moving, UInt64(step * (step + 1) / 2 % 64))
        moving = kept
      }
      for row in stride(from: 0, to: lanes, by: 5) {
        let old = Array(state[row..<row + 5])
        for x in 0..<5 { state[row + x] = old[x] ^ (~old[(x + 1) % 5] & old[(x + 2) % 5]) }
      }
      state[0] ^= constant
    }
  }
}
