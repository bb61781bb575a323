import Numerics
import Payments

/// The 28 anonymised components of a payment, as normal variables of which some are shifted where
/// it is fraud.
///
/// The components of a payment depend on nothing but its number and the seed. Because their
/// densities are known, so is what they say of fraud.
package struct Components {
  /// How far fraud moves a component, in its own deviations.
  private static let shifts: [Int: Double] = [
    3: 0.7, 4: 0.5, 9: -0.6, 10: 0.6, 11: -0.8, 13: -1.0, 15: -0.4, 16: -0.7,
  ]
  /// Some frauds hardly show.
  private static let quietShare = 0.35

  package private(set) var values = [Double](repeating: 0, count: Dialect.componentCount)
  /// The logarithm of the odds that the components are a fraud's.
  package private(set) var evidence = 0.0

  package init(_ payment: SimulatedPayment, seed: UInt64) {
    var random = SimulationRandom(seed: seed &+ 28, payment.id, 3)
    let isLoud = payment.fraud && !random.chance(Components.quietShare)
    var square = 0.0
    var product = 0.0
    let size = DeterministicMath.log(Double(payment.amountMinorUnits) / 4000)
    for index in values.indices {
      let shift = Components.shifts[index] ?? 0
      let noise = random.normal() + (isLoud ? shift : 0)
      square += shift * shift
      product += shift * noise
      // The first components have most of the variance, and one leans on the amount.
      let deviation = 2 * DeterministicMath.exp(-0.07 * Double(index))
      let leaning = index == 1 ? 0.4 * size : 0
      values[index] = ((deviation * noise + leaning) * 1e6).rounded() / 1e6
    }
    let ratio = DeterministicMath.exp(product - square / 2)
    evidence = DeterministicMath.log(
      Components.quietShare + (1 - Components.quietShare) * ratio
    )
  }
}
