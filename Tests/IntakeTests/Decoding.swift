// Safety: the bytes belong to an array that outlives the call, with the padding behind them.
import Foundation
import Payments
import Testing

@testable import Intake

/// What a dialect's texts decode to, as tests compare it.
enum Decoding {
  static func source(_ dialect: Dialect, zone: TimeZoneTable = .utc) -> Source {
    let isCrypto = dialect == .crypto
    return Source(
      id: UInt16(dialect.rawValue) + 1,
      name: dialect.word,
      dialect: dialect,
      currency: Currency(code: isCrypto ? "COIN" : "EUR", scale: isCrypto ? 8 : 2),
      zone: zone
    )
  }

  /// The record of one JSON object.
  static func json(_ text: String, _ dialect: Dialect) throws -> [UInt8] {
    try content(text, dialect).record
  }

  /// The same, with the content that it had by the readings of before, if another one.
  static func content(
    _ text: String,
    _ dialect: Dialect
  ) throws -> (record: [UInt8], earlier: UInt64?) {
    let decoder = TransactionDecoder(source: source(dialect)) { _ in "token" }
    let count = text.utf8.count
    let padded = Array(text.utf8) + [UInt8](repeating: 0, count: JSONReader.padding)
    defer { withExtendedLifetime(padded) {} }
    try decoder.parse(unsafe padded.span.bytes.extracting(0..<count))
    #expect(try decoder.advance(root: true))
    var bytes: [UInt8] = []
    try decoder.decode(into: &bytes)
    return (bytes, decoder.note?.earlierContent)
  }

  /// The bytes that a body in gzip unpacks to.
  static func unpacked(_ bytes: [UInt8], bytesMax: Int) throws(Gzip.Failure) -> [UInt8] {
    try Gzip.unpacked(unsafe bytes.span.bytes, bytesMax: bytesMax)
  }

  /// The rows of a file with this text.
  static func file(
    _ text: String,
    _ dialect: Dialect,
    columns: ColumnPlan? = nil
  ) throws -> [(record: [UInt8], row: TableReader.Row)] {
    let path = NSTemporaryDirectory() + "decoding-" + UUID().uuidString + ".csv"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
    let source = columns?.applied(to: source(dialect)) ?? source(dialect)
    var reader = try TableReader(path: path, source: source, columns: columns) { _ in "token" }
    var rows: [(record: [UInt8], row: TableReader.Row)] = []
    var bytes: [UInt8] = []
    while let row = try reader.next(into: &bytes) {
      rows.append((bytes, row))
      bytes = []
    }
    return rows
  }

  /// The fields of a record that are there, as `name=value`; the time stands apart.
  static func fields(_ record: [UInt8], _ dialect: Dialect) -> [String] {
    let schema = dialect.schema
    let scale = source(dialect).currency.scale
    var fields = ["amount=\(TransactionRecord.amount(record.span).minorUnits)"]
    for (slot, name) in schema.texts.enumerated() {
      let range = TransactionRecord.text(slot, record.span)
      if !range.isEmpty {
        fields.append("\(name)=" + String(decoding: record[range], as: UTF8.self))
      }
    }
    for (slot, field) in schema.numbers.enumerated() {
      let bits = TransactionRecord.bits(slot, record.span)
      if field.kind == .money {
        let value = Int64(bitPattern: bits)
        if value != Money.missing.minorUnits { fields.append("\(field.name)=\(value)e-\(scale)") }
      } else if !Double(bitPattern: bits).isNaN {
        fields.append("\(field.name)=\(Double(bitPattern: bits))")
      }
    }
    return fields
  }

  static func time(_ record: [UInt8]) -> String? {
    TransactionRecord.flags(record.span).contains(.timeIsReceivedAt)
      ? nil : TransactionRecord.time(record.span).description
  }
}
