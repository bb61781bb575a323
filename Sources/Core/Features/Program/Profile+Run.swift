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
  func run(
    _ operations: Memory,
    _ count: Int,
    _ record: borrowing Span<UInt8>,
    _ time: Int64
  ) {
    var place = 0
    let end = 8 * count
    while place < end {
      let raw: UInt64 = operations.load(place)
      place += 8
      guard let code = Operation.Code(rawValue: UInt8(truncatingIfNeeded: raw)) else {
        preconditionFailure("unknown operation")
      }
      let a = Int(UInt16(truncatingIfNeeded: raw >> 16))
      let b = Int(UInt16(truncatingIfNeeded: raw >> 32))
      let target = Int(UInt16(truncatingIfNeeded: raw >> 48))
      switch code {
      case .add: set(target, register(a) + register(b))
      case .subtract: set(target, register(a) - register(b))
      case .multiply: set(target, register(a) * register(b))
      case .divide: set(target, quotient(register(a), register(b)))
      case .negate: set(target, -register(a))
      case .not: set(target, register(a) == 0 ? 1 : 0)
      case .and: set(target, register(a) != 0 && register(b) != 0 ? 1 : 0)
      case .or: set(target, register(a) != 0 || register(b) != 0 ? 1 : 0)
      case .equal: set(target, register(a) == register(b) ? 1 : 0)
      case .notEqual: set(target, register(a) < register(b) || register(a) > register(b) ? 1 : 0)
      case .less: set(target, register(a) < register(b) ? 1 : 0)
      case .lessOrEqual: set(target, register(a) <= register(b) ? 1 : 0)
      case .otherwise: set(target, register(a).isNaN ? register(b) : register(a))
      case .least: set(target, least(register(a), register(b)))
      case .greatest: set(target, -least(-register(a), -register(b)))
      case .absolute: set(target, register(a).magnitude)
      case .squareRoot: set(target, finite(register(a).squareRoot()))
      case .logarithm:
        set(target, register(a) > 0 ? DeterministicMath.log(register(a)) : .nan)
      case .exponential: set(target, finite(DeterministicMath.exp(register(a))))
      case .roundDown: set(target, register(a).rounded(.down))
      case .isMissing: set(target, register(a).isNaN ? 1 : 0)
      case .aggregate: preconditionFailure("aggregates are read by their windows")
      case .amount, .money, .number, .textIsConstant, .textIsText, .textIsPresent:
        set(target, field(code, a, b, record))
      case .hour, .weekday, .weekend, .night, .dayOfMonth: set(target, calendar(code, time))
      }
    }
  }

  @inline(__always)
  private func finite(_ value: Double) -> Double { value.isFinite ? value : .nan }

  /// A quotient by nothing is missing.
  @inline(__always)
  private func quotient(_ a: Double, _ b: Double) -> Double { finite(a / b) }

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
      return minor == Money.missing.minorUnits ? .nan : Double(minor) / register(b)
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
