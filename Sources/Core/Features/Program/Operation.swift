/// One step of a feature program: eight bytes, read in order, no jumps.
struct Operation: Sendable {
  enum Code: UInt8, Sendable {
    case amount
    /// a: number slot, holding minor units; b: register of the scale.
    case money
    case number
    /// a: text slot, b: text constant.
    case textIsConstant
    /// a and b: text slots.
    case textIsText
    case textIsPresent
    case hour
    case weekday
    case weekend
    case night
    case dayOfMonth
    case add
    case subtract
    case multiply
    case divide
    case negate
    case not
    case and
    case or
    case equal
    case notEqual
    case less
    case lessOrEqual
    case otherwise
    case least
    case greatest
    case absolute
    case squareRoot
    case logarithm
    case exponential
    case roundDown
    case isMissing
    /// a and b: registers of a latitude and a longitude; the destination and the register behind
    /// it hold the other place, and the destination takes the distance.
    case distance
  }

  var code: Code
  var a: UInt16
  var b: UInt16
  var destination: UInt16
}
