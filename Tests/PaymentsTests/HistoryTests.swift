import Payments
import Testing

/// The bodies of past transactions' entries.
struct HistoryTests {
  private func record(at time: Int64) -> [UInt8] {
    var builder = TransactionBuilder(source: 1, schema: Dialect.native.schema)
    builder.set(text: Schema.Text.id, "x")
    builder.time = Timestamp(microseconds: time)
    var record: [UInt8] = []
    builder.finish(into: &record)
    return record
  }

  private func body(_ record: [UInt8], landed: Int64) -> [UInt8] {
    var body: [UInt8] = []
    History.append(record.span, landed: Timestamp(microseconds: landed), to: &body)
    return body
  }

  private func isValid(_ body: [UInt8]) -> Bool { History.isValid(body.span) }

  private func landed(_ body: [UInt8]) -> Int64 { History.landed(body.span).microseconds }

  private func place(_ body: [UInt8]) -> Range<Int> { History.record(body.span) }

  @Test func `one that came in time is its record alone, as in older logs`() {
    let record = record(at: 42)
    let body = body(record, landed: 42)
    #expect(body == record && isValid(body))
    #expect(landed(body) == 42)
    #expect(place(body) == record.indices)
  }

  @Test func `one that came too late says where it landed`() {
    let record = record(at: 42)
    let body = body(record, landed: 99)
    #expect(body.count == record.count + 8 && isValid(body))
    #expect(landed(body) == 99)
    #expect(place(body) == record.indices)
  }

  @Test func `a body that is cut or grown is damaged`() {
    let body = body(record(at: 42), landed: 99)
    for count in 0..<body.count where count != body.count - 8 {
      #expect(!isValid(Array(body[..<count])), "\(count) bytes")
    }
    let grown = body + [0, 0, 0, 0, 0, 0, 0, 0]
    #expect(!isValid(grown))
  }
}
