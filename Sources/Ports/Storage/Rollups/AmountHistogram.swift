/// How amounts are spread, in buckets of which each is 1/64 of its octave wide.
///
/// Minor units below 128 are exact; the middle of any other bucket is within 1/128 of what is in
/// it. What is not above 0 counts as 0.
package struct AmountHistogram: Sendable, Hashable {
  /// Amounts from 0 on, each with a bucket of its own.
  private static let exact: Int64 = 128
  private static let perOctave = 64

  /// By bucket; as long as the greatest bucket needs.
  private(set) var counts: [Int64] = []

  package init() {}

  /// The bucket of an amount.
  static func bucket(_ amount: Int64) -> Int {
    guard amount >= exact else { return Int(max(0, amount)) }
    let shift = 57 - amount.leadingZeroBitCount
    return perOctave * shift + Int(amount >> Int64(shift))
  }

  /// The middle of a bucket.
  static func middle(_ bucket: Int) -> Double {
    guard bucket >= exact else { return Double(bucket) }
    let shift = bucket / perOctave - 1
    let low = Double(bucket - perOctave * shift)
    let width = Double(Int64(1) << Int64(shift))
    return low * width + (width - 1) / 2
  }

  package mutating func add(_ amount: Int64) { add(1, to: AmountHistogram.bucket(amount)) }

  private mutating func add(_ count: Int64, to bucket: Int) {
    if bucket >= counts.count {
      counts.append(contentsOf: repeatElement(0, count: bucket + 1 - counts.count))
    }
    counts[bucket] += count
  }

  package mutating func merge(_ other: AmountHistogram) {
    for (bucket, count) in other.counts.enumerated() where count != 0 { add(count, to: bucket) }
  }

  package var total: Int { Int(counts.reduce(0, +)) }

  /// The amount below which a share of all lies, between its neighbours in rank as the usual tools
  /// have it; nil of none.
  package func quantile(_ share: Double) -> Double? {
    let total = total
    guard total > 0 else { return nil }
    let rank = min(max(share, 0), 1) * Double(total - 1)
    let low = amount(atRank: Int(rank))
    let high = amount(atRank: min(total - 1, Int(rank) + 1))
    return low + (high - low) * (rank - rank.rounded(.down))
  }

  /// How many lie in buckets above that of an amount.
  package func count(above amount: Double) -> Int {
    var bucket = counts.count - 1
    var sum: Int64 = 0
    while bucket >= 0, AmountHistogram.middle(bucket) > amount {
      sum += counts[bucket]
      bucket -= 1
    }
    return Int(sum)
  }

  private func amount(atRank rank: Int) -> Double {
    var before: Int64 = 0
    for (bucket, count) in counts.enumerated() {
      before += count
      if before > Int64(rank) { return AmountHistogram.middle(bucket) }
    }
    return AmountHistogram.middle(max(0, counts.count - 1))
  }

  /// The counts in a few bytes.
  package var encoded: [UInt8] {
    var bytes: [UInt8] = []
    SparseText.append(counts, to: &bytes)
    return bytes
  }

  /// Adds what another histogram encoded; false where the bytes are none.
  package mutating func merge(encoded bytes: [UInt8]) -> Bool {
    let (span, most) = (bytes.span, AmountHistogram.bucket(.max))
    return SparseText.read(span) { bucket, count in
      guard bucket <= most else { return false }
      add(count, to: bucket)
      return true
    } != nil
  }
}
