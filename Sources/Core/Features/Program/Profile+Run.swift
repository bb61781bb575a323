import Numerics
import Payments

/// A zone's offset as far as it is known to hold.
struct ZoneOffset {
  var from = Int64.max
  var until = Int64.min
  var microseconds: Int64 = 0
}

/// Operations that run one after another: stretches of one sort each, so that a processor is not
/// asked anew what to do for every one.
struct Stage {
  struct Stretch: BitwiseCopyable {
    var code: Operation.Code
    var end: Int32
  }

  let operations: Table<Operation>
  let stretches: Table<Stretch>

  init(_ operations: [Operation], _ reservation: Reservation) {
    var stretches: [Stretch] = []
    for (number, operation) in operations.enumerated() {
      if stretches.last?.code != operation.code {
        stretches.append(Stretch(code: operation.code, end: 0))
      }
      stretches[stretches.count - 1].end = Int32(number + 1)
    }
    self.operations = reservation.table(operations)
    self.stretches = reservation.table(stretches)
  }
}

extension Profile {
  /// Runs a stage's operations over the registers.
  func run(_ stage: Stage, _ record: borrowing Span<UInt8>, _ time: Int64) {
    let (registers, operations) = (registers, stage.operations)
    var place = 0

    @inline(__always)
    func each(to end: Int, _ value: (Double, Double) -> Double) {
      while place < end {
        let operation = operations.row(place).fields
        registers[operation.destination] = value(registers[operation.a], registers[operation.b])
        place &+= 1
      }
    }

    var number = 0
    while number < stage.stretches.count {
      let stretch = stage.stretches[number]
      number &+= 1
      let end = Int(stretch.end)
      switch stretch.code {
      case .add: each(to: end) { $0 + $1 }
      case .subtract: each(to: end) { $0 - $1 }
      case .multiply: each(to: end) { $0 * $1 }
      case .divide: each(to: end) { finite($0 / $1) }
      case .negate: each(to: end) { a, _ in -a }
      case .not: each(to: end) { a, _ in a == 0 ? 1 : 0 }
      // Without a branch, which would often be guessed wrong.
      case .and: each(to: end) { Double(bit($0 != 0) & bit($1 != 0)) }
      case .or: each(to: end) { Double(bit($0 != 0) | bit($1 != 0)) }
      case .equal: each(to: end) { $0 == $1 ? 1 : 0 }
      case .notEqual: each(to: end) { $0 < $1 || $0 > $1 ? 1 : 0 }
      case .less: each(to: end) { $0 < $1 ? 1 : 0 }
      case .lessOrEqual: each(to: end) { $0 <= $1 ? 1 : 0 }
      case .otherwise: each(to: end) { $0.isNaN ? $1 : $0 }
      case .least: each(to: end) { least($0, $1) }
      case .greatest: each(to: end) { -least(-$0, -$1) }
      case .absolute: each(to: end) { a, _ in a.magnitude }
      case .squareRoot: each(to: end) { a, _ in finite(a.squareRoot()) }
      case .logarithm: each(to: end) { a, _ in a > 0 ? DeterministicMath.log(a) : .nan }
      case .exponential: each(to: end) { a, _ in finite(DeterministicMath.exp(a)) }
      case .roundDown: each(to: end) { a, _ in a.rounded(.down) }
      case .isMissing: each(to: end) { a, _ in a.isNaN ? 1 : 0 }
      case .amount, .money, .number, .textIsConstant, .textIsText, .textIsPresent:
        while place < end {
          let operation = operations[place]
          registers[operation.destination] =
            field(operation.code, Int(operation.a), Int(operation.b), record)
          place &+= 1
        }
      case .hour, .weekday, .weekend, .night, .dayOfMonth:
        while place < end {
          registers[operations[place].destination] = calendar(stretch.code, time)
          place &+= 1
        }
      case .distance:
        while place < end {
          let (a, b, target) = (
            operations[place].a, operations[place].b, operations[place].destination
          )
          registers[target] = GreatCircle.kilometres(
            from: (registers[a], registers[b]),
            to: (registers[target], registers[target &+ 1])
          )
          place &+= 1
        }
      }
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
