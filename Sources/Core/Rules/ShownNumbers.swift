/// The numbers of a reason as people read them.
enum ShownNumbers {
  struct Number {
    var value: Double
    /// Decimals of its currency; nil where it is no amount.
    var decimals: Int?

    init(_ value: Double, decimals: Int?) {
      self.value = value
      self.decimals = decimals
    }
  }

  private static let decimalsMin = 2
  private static let decimalsMax = 12
  /// Digits that a small number has behind its zeros.
  private static let digitsMin = 2

  /// An amount has its currency's decimals, any other number two; a number has more where it would
  /// say no more than zeros and one digit, or the same as another one beside it.
  static func texts(_ numbers: [Number]) -> [String] {
    let decimals = numbers.map(decimals)
    var texts = zip(numbers, decimals).map { text($0.value, $1) }
    let first = texts
    for text in first {
      let same = first.indices.filter { first[$0] == text }
      let values = Set(same.map { numbers[$0].value }).count
      var more = same.map { decimals[$0] }.max() ?? decimalsMin
      while Set(same.map { texts[$0] }).count < values, more < decimalsMax {
        more += 1
        for index in same { texts[index] = ShownNumbers.text(numbers[index].value, more) }
      }
    }
    return texts
  }

  private static func decimals(_ number: Number) -> Int {
    let decimals = number.decimals ?? decimalsMin
    var least = number.value.magnitude
    guard least > 0, least < 0.1 else { return decimals }
    var needed = digitsMin
    while least < 0.1, needed < decimalsMax {
      least *= 10
      needed += 1
    }
    return max(decimals, needed)
  }

  /// So many decimals at most, and of those beyond two no zeros at the end; none of a whole number.
  private static func text(_ value: Double, _ decimals: Int) -> String {
    if value.isNaN { return "missing" }
    var (scale, decimals) = (Int64(1), decimals)
    for _ in 0..<decimals { scale *= 10 }
    // Beyond it, digits behind the point say nothing.
    guard value.magnitude < 1e15 else { return "\(value)" }
    while value.magnitude * Double(scale) >= 9e18 {
      scale /= 10
      decimals -= 1
    }
    var units = Int64((value.magnitude * Double(scale)).rounded())
    while decimals > 0, units % 10 == 0, decimals > decimalsMin || units % scale == 0 {
      units /= 10
      scale /= 10
      decimals -= 1
    }
    let sign = value < 0 && units > 0 ? "-" : ""
    guard decimals > 0 else { return sign + "\(units)" }
    let rest = String(units % scale)
    return sign + "\(units / scale)." + String(repeating: "0", count: decimals - rest.count) + rest
  }
}
