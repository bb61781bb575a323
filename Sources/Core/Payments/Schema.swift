/// What a field of a transaction holds.
package enum FieldKind: UInt8, Sendable {
  /// Bytes of UTF-8; empty where absent.
  case text = 0
  /// Minor units of the source's currency; `Money.missing` where absent.
  case money = 1
  /// A double; NaN where absent.
  case number = 2
}

/// A named column of a source's transactions.
package struct Field: Sendable, Hashable {
  package var name: String
  package var kind: FieldKind

  package init(_ name: String, _ kind: FieldKind) {
    self.name = name
    self.kind = kind
  }
}

/// The columns of a source's transactions: which text slot or number slot each name has.
///
/// Every schema starts with the same text columns, so that the engine finds ids and entities
/// anywhere.
package struct Schema: Sendable, Hashable {
  /// Text slots that every source has.
  package enum Text {
    package static let id = 0
    package static let account = 1
    package static let counterparty = 2
    package static let channel = 3
    package static let device = 4
    package static let location = 5
  }

  package static let commonTexts = [
    "transaction_id", "account", "counterparty", "channel", "device", "location",
  ]
  package static let textsMax = 32
  package static let numbersMax = 128

  package var texts: [String]
  package var numbers: [Field]

  /// The common columns followed by a source's own.
  package init(texts: [String] = [], numbers: [Field] = []) {
    self.texts = Schema.commonTexts + texts
    self.numbers = numbers
  }

  package func textSlot(_ name: String) -> Int? { texts.firstIndex(of: name) }

  package func numberSlot(_ name: String) -> Int? {
    numbers.firstIndex { $0.name == name }
  }

  package func encode(into bytes: inout [UInt8]) {
    let own = texts.dropFirst(Schema.commonTexts.count)
    bytes.append(little: UInt32(own.count))
    for name in own { bytes.append(text: name) }
    bytes.append(little: UInt32(numbers.count))
    for field in numbers {
      bytes.append(field.kind.rawValue)
      bytes.append(text: field.name)
    }
  }

  package init(from reader: inout ByteReader) throws(DecodingFailure) {
    var texts: [String] = []
    for _ in 0..<(try reader.count(unit: 4)) { texts.append(try reader.text()) }
    var numbers: [Field] = []
    for _ in 0..<(try reader.count(unit: 5)) {
      let raw = try reader.integer(UInt8.self)
      guard let kind = FieldKind(rawValue: raw), kind != .text else {
        throw DecodingFailure("unknown field kind \(raw)", at: reader.offset)
      }
      numbers.append(Field(try reader.text(), kind))
    }
    self.init(texts: texts, numbers: numbers)
    guard self.texts.count <= Schema.textsMax, numbers.count <= Schema.numbersMax else {
      throw DecodingFailure("too many columns", at: reader.offset)
    }
  }
}
