import Payments

extension Rollup {
  /// The sums in a few bytes, by which a store keeps them: numbers of eight bytes, little-endian.
  package var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 * Rollup.numbers)
    for count in [count, flagged, balances] { bytes.append(little: Int64(count)) }
    for instant in [first, last] { bytes.append(little: instant) }
    let known = labelled
    for count in [known.fraud, known.legitimate, known.caught, known.falseAlarms] {
      bytes.append(little: Int64(count))
    }
    for moments in [amount, score] {
      for sum in [moments.sum, moments.squares, moments.least, moments.most] {
        bytes.append(little: sum.bitPattern)
      }
    }
    let sums = [
      balanceBefore, balanceAfter, known.fraudAmount, known.caughtAmount, known.falseAlarmAmount,
    ]
    for sum in sums { bytes.append(little: sum.bitPattern) }
    return bytes
  }

  private static let numbers = 22

  /// Sums that were encoded; nil where the bytes are none.
  package init?(encoded bytes: [UInt8]) {
    guard bytes.count == 8 * Rollup.numbers else { return nil }
    let span = bytes.span
    var place = 0
    func integer() -> Int64 {
      defer { place += 8 }
      return span.load(at: place)
    }
    func real() -> Double { Double(bitPattern: UInt64(bitPattern: integer())) }
    count = Int(integer())
    flagged = Int(integer())
    balances = Int(integer())
    first = integer()
    last = integer()
    labelled.fraud = Int(integer())
    labelled.legitimate = Int(integer())
    labelled.caught = Int(integer())
    labelled.falseAlarms = Int(integer())
    func moments() -> Moments {
      var moments = Moments()
      moments.sum = real()
      moments.squares = real()
      moments.least = real()
      moments.most = real()
      return moments
    }
    amount = moments()
    score = moments()
    balanceBefore = real()
    balanceAfter = real()
    labelled.fraudAmount = real()
    labelled.caughtAmount = real()
    labelled.falseAlarmAmount = real()
  }
}
