import Engine
import HTTP
import Intake
import Journal
import Payments
import Pipeline
import Storage

extension ReadWorker {
  func decision(
    _ token: RequestToken,
    _ sources: [UInt16],
    _ id: [UInt8],
    _ known: Position?,
    _ committed: Position
  ) throws {
    guard let position = try find(sources, id, known, committed) else {
      return fail(token, 404, "Not found", "There is no such decision")
    }
    let transaction = entry
    guard transaction.span.load(at: 24, as: UInt8.self) == EntryKind.transaction.rawValue else {
      return fail(token, 404, "Not found", "That transaction is history: it was never decided on")
    }
    let size = UInt64(transaction.span.load(at: 0, as: UInt32.self))
    entry.removeAll(keepingCapacity: true)
    try JournalLookup.entry(
      at: Position(bytes: position.bytes + size),
      on: journal,
      into: &entry
    )
    let decided = entry
    let span = transaction.span
    let record = span.extracting(EntryHeader.size..<transaction.count)
    let idText = record.extracting(TransactionRecord.text(Schema.Text.id, record))
    let key = IdentityIndex.key(source: TransactionRecord.source(record), idText)
    try waitForProjection(committed)
    let label = try store.label(idKey: Int64(bitPattern: key))
    var json = JSONText()
    let decision = decided.span
    text.whole(
      record: record,
      decision: decision.extracting(EntryHeader.size..<decided.count),
      receivedAt: span.load(at: 16, as: Int64.self),
      position: position.bytes,
      label: label?.fraud,
      into: &json
    )
    reply(token, 200, json)
  }

  func list(
    _ token: RequestToken,
    _ query: DecisionQuery,
    _ committed: Position
  ) throws {
    let isComplete = try waitForProjection(committed)
    let rows = try store.decisions(query)
    var json = JSONText()
    json.open("{")
    json.key("transactions")
    json.open("[")
    for row in rows where try loadKept(Position(bytes: row.position)) {
      let bytes = entry
      let span = bytes.span
      let record = span.extracting(EntryHeader.size..<bytes.count)
      let source = catalog.source(Int(row.source))
      json.open("{")
      json.key("transaction_id")
      json.value(record.extracting(TransactionRecord.text(Schema.Text.id, record)))
      json.key("source")
      json.value(source?.name ?? "\(row.source)")
      json.key("time")
      json.value(Timestamp(microseconds: row.time).description)
      json.key("account")
      json.value(row.account)
      json.key("amount")
      json.money(row.amount, scale: source?.currency.scale ?? 2)
      json.key("outcome")
      json.value(row.outcome.word)
      json.key("score")
      json.value(row.score)
      json.key("position")
      json.value(Int(clamping: row.position))
      json.close("}")
    }
    json.close("]")
    if !isComplete {
      json.key("incomplete")
      json.value(true)
    }
    json.key("next_cursor")
    if rows.count == query.limit, let last = rows.last {
      json.value(String(last.position))
    } else {
      json.null()
    }
    json.close("}")
    reply(token, 200, json)
  }
}
