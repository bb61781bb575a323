import Numerics

extension TreeEnsemble {
  /// The log-odds of the base score, for a model that comes without the bits XGBoost starts from.
  ///
  /// XGBoost takes −ln(1 / p − 1) in single precision with the C library's logarithm, so this may
  /// differ by one unit in the last place; a manifest's bits do not.
  package var baseMargin: Float {
    -Float(DeterministicMath.log(Double(1 / baseScore - 1)))
  }
}
