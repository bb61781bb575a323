/// The Gauss-Legendre rule on (0, 1): with n points it integrates polynomials of degree 2n − 1
/// exactly.
struct Quadrature {
  /// The points, ascending.
  let points: [Double]
  /// Their weights, which add up to 1.
  let weights: [Double]

  /// Finds the points by bisection.
  ///
  /// The roots of one Legendre polynomial lie strictly between those of the one before. Only
  /// `+ − × ÷`, so the bits are the same everywhere.
  init(pointCount: Int) {
    var roots: [Double] = []
    for degree in 1...max(1, pointCount) {
      let bounds = [-1] + roots + [1]
      roots = zip(bounds, bounds.dropFirst()).map { Self.root(ofDegree: degree, between: $0, $1) }
    }
    points = roots.map { (1 + $0) / 2 }
    weights = roots.map { x in
      let slope = Self.legendre(roots.count, at: x).slope
      return 1 / ((1 - x * x) * slope * slope)
    }
  }

  private static func root(ofDegree degree: Int, between low: Double, _ high: Double) -> Double {
    var (low, high) = (low, high)
    let sign = legendre(degree, at: low).value < 0
    for _ in 0..<64 {
      let middle = low + (high - low) / 2
      if (legendre(degree, at: middle).value < 0) == sign { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
  }

  /// Bonnet's recurrence, and the slope from it for |x| < 1.
  private static func legendre(_ degree: Int, at x: Double) -> (value: Double, slope: Double) {
    var before = 1.0
    var value = x
    for k in 2..<max(2, degree + 1) {
      let next = (Double(2 * k - 1) * x * value - Double(k - 1) * before) / Double(k)
      before = value
      value = next
    }
    return (value, Double(degree) * (x * value - before) / (x * x - 1))
  }
}
