/// How scores are spread, in a hundred bins of one hundredth, and what labels said of each bin.
package struct ScoreHistogram: Sendable, Hashable {
  package static let bins = 100

  /// Decisions by bin: without a label, legitimate, fraud.
  package private(set) var unknown = [Int64](repeating: 0, count: bins)
  package private(set) var legitimate = [Int64](repeating: 0, count: bins)
  package private(set) var fraud = [Int64](repeating: 0, count: bins)
  /// Sums by bin, of the scores and of the amounts of labelled decisions in minor units.
  package private(set) var scores = [Double](repeating: 0, count: bins)
  package private(set) var legitimateAmounts = [Double](repeating: 0, count: bins)
  package private(set) var fraudAmounts = [Double](repeating: 0, count: bins)

  package init() {}

  /// The bin of a score: the greatest whose lower bound it reaches, 1 included in the last.
  package static func bin(_ score: Double) -> Int {
    var bin = min(max(Int(score * Double(bins)), 0), bins - 1)
    if score < Double(bin) / Double(bins) { bin -= 1 }
    if bin + 1 < bins, score >= Double(bin + 1) / Double(bins) { bin += 1 }
    return max(0, bin)
  }

  package func count(_ bin: Int) -> Int { Int(unknown[bin] + legitimate[bin] + fraud[bin]) }

  package var total: Int { (0..<ScoreHistogram.bins).reduce(0) { $0 + count($1) } }

  package mutating func add(_ row: DecisionRow) {
    let bin = ScoreHistogram.bin(row.countedScore)
    unknown[bin] += 1
    scores[bin] += row.countedScore
  }

  /// Moves a decision from what was known of it to what is known now.
  package mutating func move(_ row: DecisionRow, from old: Bool?, to new: Bool) {
    let bin = ScoreHistogram.bin(row.countedScore)
    let amount = Double(row.amount)
    switch old {
    case nil: unknown[bin] -= 1
    case false:
      legitimate[bin] -= 1
      legitimateAmounts[bin] -= amount
    case true:
      fraud[bin] -= 1
      fraudAmounts[bin] -= amount
    }
    if new {
      fraud[bin] += 1
      fraudAmounts[bin] += amount
    } else {
      legitimate[bin] += 1
      legitimateAmounts[bin] += amount
    }
  }

  package mutating func merge(_ other: ScoreHistogram) {
    for bin in 0..<ScoreHistogram.bins {
      unknown[bin] += other.unknown[bin]
      legitimate[bin] += other.legitimate[bin]
      fraud[bin] += other.fraud[bin]
      scores[bin] += other.scores[bin]
      legitimateAmounts[bin] += other.legitimateAmounts[bin]
      fraudAmounts[bin] += other.fraudAmounts[bin]
    }
  }

  /// The score below which a share of all lies; nil of none.
  ///
  /// Those of a bin are taken for evenly spread.
  package func quantile(_ share: Double) -> Double? {
    let total = total
    guard total > 0 else { return nil }
    let rank = min(max(share, 0), 1) * Double(total - 1)
    var before = 0
    for bin in 0..<ScoreHistogram.bins {
      let count = count(bin)
      if Double(before + count) > rank {
        let part = (rank - Double(before) + 0.5) / Double(count)
        return (Double(bin) + min(1, part)) / Double(ScoreHistogram.bins)
      }
      before += count
    }
    return 1
  }

  /// The counts and sums in a few bytes.
  package var encoded: [UInt8] {
    var bytes: [UInt8] = []
    SparseText.append(unknown + legitimate + fraud, to: &bytes)
    SparseText.append(
      (scores + legitimateAmounts + fraudAmounts).map(Int64.init(bits:)),
      to: &bytes
    )
    return bytes
  }

  /// Adds what another histogram encoded; false where the bytes are none.
  package mutating func merge(encoded bytes: [UInt8]) -> Bool {
    let (bins, span) = (ScoreHistogram.bins, bytes.span)
    let counted = SparseText.read(span) { place, count in
      switch place / bins {
      case 0: unknown[place] += count
      case 1: legitimate[place - bins] += count
      case 2: fraud[place - 2 * bins] += count
      default: return false
      }
      return true
    }
    guard let counted else { return false }
    return SparseText.read(span, from: counted) { place, bits in
      let sum = Double(bitPattern: UInt64(bitPattern: bits))
      switch place / bins {
      case 0: scores[place] += sum
      case 1: legitimateAmounts[place - bins] += sum
      case 2: fraudAmounts[place - 2 * bins] += sum
      default: return false
      }
      return true
    } != nil
  }
}

extension Int64 {
  fileprivate init(bits value: Double) { self = Int64(bitPattern: value.bitPattern) }
}
