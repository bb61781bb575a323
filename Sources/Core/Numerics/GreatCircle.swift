/// Distances on the earth with the same bits on every machine.
package enum GreatCircle {
  /// The mean radius of the earth, km.
  private static let radius = 6371.0088
  private static let halfPi = 0x1.921fb54442d18p0
  private static let degree = 0x1.1df46a2529d39p-6

  /// The distance between two places in degrees of latitude and longitude, by the haversine
  /// formula; NaN where a coordinate is missing or out of range.
  ///
  /// Within 10⁻⁹ of the same formula in the C library.
  package static func kilometres(
    from a: (latitude: Double, longitude: Double),
    to b: (latitude: Double, longitude: Double)
  ) -> Double {
    guard a.latitude.magnitude <= 90, b.latitude.magnitude <= 90, a.longitude.magnitude <= 180,
      b.longitude.magnitude <= 180
    else { return .nan }
    let latitudes = sine((b.latitude - a.latitude) * degree / 2)
    let longitudes = sine((b.longitude - a.longitude) * degree / 2)
    let h =
      latitudes * latitudes
      + cosine(a.latitude * degree) * cosine(b.latitude * degree) * longitudes * longitudes
    return 2 * radius * arcsine(h.squareRoot())
  }

  /// sin x for |x| ≤ π: folded to |x| ≤ π/2, then halved twice for the Taylor series.
  static func sine(_ x: Double) -> Double {
    let folded = x > halfPi ? 2 * halfPi - x : x < -halfPi ? -2 * halfPi - x : x
    // sin x = 3 sin(x/3) − 4 sin³(x/3)
    let s = smallSine(folded / 3)
    return 3 * s - 4 * s * s * s
  }

  /// cos x for |x| ≤ π/2.
  static func cosine(_ x: Double) -> Double {
    let s = sine(x / 2)
    return 1 - 2 * s * s
  }

  /// The Taylor series to x¹⁷ for |x| ≤ 0.53.
  private static func smallSine(_ x: Double) -> Double {
    let z = x * x
    var p = 1.0 / 355_687_428_096_000
    p = -1.0 / 1_307_674_368_000 + z * p
    p = 1.0 / 6_227_020_800 + z * p
    p = -1.0 / 39_916_800 + z * p
    p = 1.0 / 362_880 + z * p
    p = -1.0 / 5040 + z * p
    p = 1.0 / 120 + z * p
    p = -1.0 / 6 + z * p
    return x + x * z * p
  }

  /// arcsin x for 0 ≤ x ≤ 1, by Newton's method on the sine from a first guess.
  static func arcsine(_ x: Double) -> Double {
    if x >= 1 { return halfPi }
    // Near 1 the slope vanishes: arcsin x = π/2 − 2 arcsin √((1 − x)/2).
    if x > 0.5 { return halfPi - 2 * arcsine(((1 - x) / 2).squareRoot()) }
    var angle = x * (1 + x * x * (1.0 / 6 + 0.1 * x * x))
    for _ in 0..<3 {
      let s = sine(angle)
      angle -= (s - x) / (1 - s * s).squareRoot()
    }
    return angle
  }
}
