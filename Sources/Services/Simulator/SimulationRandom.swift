import Numerics

/// Random draws by seed (SplitMix64), the same on every machine.
struct SimulationRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A stream of its own for two numbers, so that draws do not depend on the order of visits.
  init(seed: UInt64, _ first: Int, _ second: Int) {
    var mixer = SimulationRandom(
      seed: seed &+ UInt64(truncatingIfNeeded: first) &* 0xD1B5_4A32_D192_ED03
    )
    state = mixer.bits() ^ (UInt64(truncatingIfNeeded: second) &* 0xABC9_8388_FB8F_AC03)
    state = bits()
  }

  mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in 0..<1.
  mutating func unit() -> Double { Double(bits() >> 11) * 0x1p-53 }

  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * unit()
  }

  mutating func integer(below bound: Int) -> Int {
    Int(bits().multipliedFullWidth(by: UInt64(bound)).high)
  }

  mutating func chance(_ probability: Double) -> Bool { unit() < probability }

  /// Standard normal, by Marsaglia's polar method: it needs no sine.
  mutating func normal() -> Double {
    while true {
      let x = 2 * unit() - 1
      let y = 2 * unit() - 1
      let square = x * x + y * y
      if square > 0, square < 1 {
        return x * (-2 * DeterministicMath.log(square) / square).squareRoot()
      }
    }
  }

  mutating func logNormal(median: Double, sigma: Double) -> Double {
    median * DeterministicMath.exp(sigma * normal())
  }

  /// Poisson, by Knuth's product; by the normal approximation where the mean is large.
  mutating func poisson(_ mean: Double) -> Int {
    if mean > 30 { return max(0, Int((mean + mean.squareRoot() * normal()).rounded())) }
    let limit = DeterministicMath.exp(-mean)
    var product = unit()
    var count = 0
    while product > limit {
      product *= unit()
      count += 1
    }
    return count
  }

  /// An index below `count`, about as 1 / (index + 1): the first few get most.
  mutating func rank(below count: Int) -> Int {
    let log = DeterministicMath.log(Double(count + 1))
    return min(Int(DeterministicMath.exp(unit() * log)) - 1, count - 1)
  }
}

/// Draws an index by weight.
struct WeightedChoice {
  /// Sums of the weights up to and with each index.
  private let sums: [Double]

  init(_ weights: [Double]) {
    var sum = 0.0
    sums = weights.map { weight in
      sum += weight
      return sum
    }
  }

  func draw(_ random: inout SimulationRandom) -> Int {
    let target = random.unit() * (sums.last ?? 0)
    var low = 0
    var high = sums.count - 1
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] <= target { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
