import Payments

/// How a time is written in a column.
enum TimeForm: Sendable, Hashable {
  /// Units of so many microseconds since an instant.
  case since(Timestamp, unit: Int64)
  /// Digits of a date and time in their places.
  case pattern([Piece])

  /// A part of a pattern.
  enum Piece: Sendable, Hashable {
    case part(Part, digits: ClosedRange<Int>)
    case literal(UInt8)
  }

  enum Part: Int, Sendable {
    case year
    case month
    case day
    case hour
    case minute
    case second
    case fraction
  }

  private static let units: [String: Int64] = [
    "microseconds": 1, "milliseconds": 1000, "seconds": 1_000_000, "minutes": 60_000_000,
    "hours": 3_600_000_000, "days": 86_400_000_000,
  ]

  /// A pattern such as `DD.MM.YYYY hh:mm:ss`, or `seconds since 2013-09-01`; nil for anything else.
  init?(_ text: String, zone: TimeZoneTable) {
    let words = text.split(separator: " ", maxSplits: 2).map(String.init)
    if words.count == 3, words[1] == "since", let unit = TimeForm.units[words[0]] {
      let bytes = Array(words[2].utf8)
      guard let start = Timestamp(parsing: bytes.span, zone: zone) else { return nil }
      self = .since(start, unit: unit)
      return
    }
    guard let pieces = TimeForm.pieces(text) else { return nil }
    self = .pattern(pieces)
  }

  /// The pieces of a pattern: it must hold year, month and day, and nothing twice.
  private static func pieces(_ text: String) -> [Piece]? {
    let letters: [UInt8: Part] = [
      UInt8(ascii: "Y"): .year, UInt8(ascii: "M"): .month, UInt8(ascii: "D"): .day,
      UInt8(ascii: "h"): .hour, UInt8(ascii: "m"): .minute, UInt8(ascii: "s"): .second,
      UInt8(ascii: "f"): .fraction,
    ]
    let bytes = Array(text.utf8)
    var pieces: [Piece] = []
    var seen: Set<Part> = []
    var index = 0
    while index < bytes.count {
      guard let part = letters[bytes[index]] else {
        let isLetter = (bytes[index] | 32) >= 97 && (bytes[index] | 32) <= 122
        guard !isLetter || bytes[index] == UInt8(ascii: "T") else { return nil }
        pieces.append(.literal(bytes[index]))
        index += 1
        continue
      }
      var count = 0
      let letter = bytes[index]
      while index < bytes.count, bytes[index] == letter {
        count += 1
        index += 1
      }
      guard seen.insert(part).inserted else { return nil }
      switch (part, count) {
      case (.year, 4): pieces.append(.part(part, digits: 4...4))
      case (.fraction, 1): pieces.append(.part(part, digits: 1...9))
      case (.year, _), (.fraction, _): return nil
      case (_, 1): pieces.append(.part(part, digits: 1...2))
      case (_, 2): pieces.append(.part(part, digits: 2...2))
      default: return nil
      }
    }
    return seen.isSuperset(of: [.year, .month, .day]) ? pieces : nil
  }

  /// Reads a cell; nil where it is not of this form, or no instant from 1970 to 2199.
  func time(_ bytes: ArraySlice<UInt8>, zone: TimeZoneTable) -> Timestamp? {
    let time: Timestamp
    switch self {
    case .since(let start, let unit):
      guard let value = FieldValue.number(bytes), value.magnitude < 1e17 else { return nil }
      let microseconds = (value * Double(unit)).rounded()
      guard microseconds.magnitude < 8e15 else { return nil }
      time = Timestamp(microseconds: start.microseconds + Int64(microseconds))
    case .pattern(let pieces):
      guard let local = TimeForm.local(bytes, pieces) else { return nil }
      time = zone.utc(fromLocal: local)
    }
    return time >= Timestamp.earliest && time < Timestamp.latest ? time : nil
  }

  private static let ranges: [ClosedRange<Int>] = [
    1970...2199, 1...12, 1...31, 0...23, 0...59, 0...60, 0...999_999_999,
  ]

  private static func local(_ bytes: ArraySlice<UInt8>, _ pieces: [Piece]) -> Timestamp? {
    var values = [0, 0, 0, 0, 0, 0, 0]
    var index = bytes.startIndex
    for piece in pieces {
      switch piece {
      case .literal(let byte):
        guard index < bytes.endIndex, bytes[index] == byte else { return nil }
        index += 1
      case .part(let part, let digits):
        var value = 0
        var count = 0
        while index < bytes.endIndex, count < digits.upperBound, bytes[index] >= 48,
          bytes[index] <= 57
        {
          value = value * 10 + Int(bytes[index] - 48)
          count += 1
          index += 1
        }
        guard digits.contains(count) else { return nil }
        if part == .fraction {
          for _ in count..<9 { value *= 10 }
        }
        guard ranges[part.rawValue].contains(value) else { return nil }
        values[part.rawValue] = value
      }
    }
    guard index == bytes.endIndex else { return nil }
    let date = Timestamp(year: values[0], month: values[1], day: values[2])
    guard date.civil.day == values[2] else { return nil }
    if values[Part.second.rawValue] == 60 {
      // A leap second counts as the last microsecond before it, as in ISO 8601.
      guard values[Part.hour.rawValue] == 23, values[Part.minute.rawValue] == 59 else { return nil }
      (values[Part.second.rawValue], values[Part.fraction.rawValue]) = (59, 999_999_000)
    }
    return Timestamp(
      year: values[0],
      month: values[1],
      day: values[2],
      hour: values[3],
      minute: values[4],
      second: values[5],
      microsecond: values[6] / 1000
    )
  }
}
