import Numerics
import Payments

/// A zone's offset as far as it is known to hold.
struct ZoneOffset {
  var from = Int64.max
  var until = Int64.min
  var microseconds: Int64 = 0
}

extension Profile {
  /// Runs a stretch of operations over the registers.
  func run(_ stage: Table<Operation>, _ record: borrowing Span<UInt8>, _ time: Int64) {
    let registers = registers
    var place = 0
    while place < stage.count {
      let operation = stage[place]
      place += 1
      let (a, b, target) = (operation.a, operation.b, operation.destination)
      let value: Double
      switch operation.code {
      case .add: value = registers[a] + registers[b]
      case .subtract: value = registers[a] - registers[b]
      case .multiply: value = registers[a] * registers[b]
      case .divide: value = finite(registers[a] / registers[b])
      case .negate: value = -registers[a]
      case .not: value = registers[a] == 0 ? 1 : 0
      // Without a branch, which would often be guessed wrong.
      case .and: value = Double(bit(registers[a] != 0) & bit(registers[b] != 0))
      case .or: value = Double(bit(registers[a] != 0) | bit(registers[b] != 0))
      case .equal: value = registers[a] == registers[b] ? 1 : 0
      case .notEqual:
        value = registers[a] < registers[b] || registers[a] > registers[b] ? 1 : 0
      case .less: value = registers[a] < registers[b] ? 1 : 0
      case .lessOrEqual: value = registers[a] <= registers[b] ? 1 : 0
      case .otherwise: value = registers[a].isNaN ? registers[b] : registers[a]
      case .least: value = least(registers[a], registers[b])
      case .greatest: value = -least(-registers[a], -registers[b])
      case .absolute: value = registers[a].magnitude
      case .squareRoot: value = finite(registers[a].squareRoot())
      case .logarithm: value = registers[a] > 0 ? DeterministicMath.log(registers[a]) : .nan
      case .exponential: value = finite(DeterministicMath.exp(registers[a]))
      case .roundDown: value = registers[a].rounded(.down)
      case .isMissing: value = registers[a].isNaN ? 1 : 0
      case .amount, .money, .number, .textIsConstant, .textIsText, .textIsPresent:
        value = field(operation.code, Int(a), Int(b), record)
      case .hour, .weekday, .weekend, .night, .dayOfMonth: value = calendar(operation.code, time)
      case .distance:
        value = GreatCircle.kilometres(
          from: (registers[a], registers[b]),
          to: (registers[target], registers[target &+ 1])
        )
      }
      registers[target] = value
    }
  }

  @inline(__always)
  private func bit(_ condition: Bool) -> Int32 { condition ? 1 : 0 }

  @inline(__always)
  private func finite(_ value: Double) -> Double { value.isFinite ? value : .nan }

  @inline(__always)
  private func least(_ a: Double, _ b: Double) -> Double {
    if a.isNaN || b.isNaN { return .nan }
    return a < b ? a : b
  }

  private func field(
    _ code: Operation.Code,
    _ a: Int,
    _ b: Int,
    _ record: borrowing Span<UInt8>
  ) -> Double {
    switch code {
    case .amount:
      return Double(TransactionRecord.amount(record).minorUnits) / program.amountScale
    case .money:
      let minor = Int64(bitPattern: TransactionRecord.bits(a, record))
      return minor == Money.missing.minorUnits
        ? .nan : Double(minor) / registers[UInt16(truncatingIfNeeded: b)]
    case .number: return finite(Double(bitPattern: TransactionRecord.bits(a, record)))
    case .textIsPresent: return TransactionRecord.text(a, record).isEmpty ? 0 : 1
    case .textIsConstant:
      let constant = program.texts[b]
      return record.extracting(TransactionRecord.text(a, record)).equals(constant.span) ? 1 : 0
    default:
      let first = record.extracting(TransactionRecord.text(a, record))
      return first.equals(record.extracting(TransactionRecord.text(b, record))) ? 1 : 0
    }
  }

  private func calendar(_ code: Operation.Code, _ time: Int64) -> Double {
    let local = Timestamp(microseconds: time + zoneOffset(at: time))
    let day = local.day
    let ofDay = local.microseconds - day * Timestamp.microsecondsPerDay
    let hour = ofDay / 3_600_000_000
    // 1970-01-01 was a Thursday; Monday is 1.
    let weekday = ((day + 3) % 7 + 7) % 7 + 1
    switch code {
    case .hour: return Double(hour)
    case .weekday: return Double(weekday)
    case .weekend: return weekday >= 6 ? 1 : 0
    case .night: return hour <= 6 ? 1 : 0
    default: return Double(local.civil.day)
    }
  }

  private func zoneOffset(at time: Int64) -> Int64 {
    if time >= zoneOffset.from, time < zoneOffset.until { return zoneOffset.microseconds }
    let instant = Timestamp(microseconds: time)
    let transitions = source.zone.transitions
    zoneOffset.from = transitions.last { $0.start <= instant }?.start.microseconds ?? .min
    zoneOffset.until = transitions.first { $0.start > instant }?.start.microseconds ?? .max
    zoneOffset.microseconds =
      Int64(source.zone.offsetSeconds(at: instant)) * Timestamp.microsecondsPerSecond
    return zoneOffset.microseconds
  }
}
