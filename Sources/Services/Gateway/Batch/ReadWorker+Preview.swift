import Batch
import Intake
import Payments

extension ReadWorker {
  /// A preview as JSON.
  func text(of preview: Preview, _ source: Source) -> JSONText {
    var json = JSONText()
    json.open("{")
    json.field("source", source.name)
    json.field("columns", JSONText.array) { json in
      for binding in preview.bindings where binding.isNeeded || binding.column != nil {
        json.open("{")
        json.field("field", binding.field)
        json.key("column")
        if let column = binding.column { json.value(column) } else { json.null() }
        json.key("needed")
        json.value(binding.isNeeded)
        json.key("guessed")
        json.value(binding.isGuess)
        json.close("}")
      }
    }
    json.field("map", preview.map)
    json.field("unused_columns", JSONText.array) { json in
      for name in preview.unused { json.value(name) }
    }
    json.field("rows", JSONText.array) { json in
      for row in preview.rows { show(row, source, into: &json) }
    }
    json.key("problem")
    if let problem = preview.problem { json.value(problem.description) } else { json.null() }
    json.close("}")
    return json
  }

  private func show(_ row: Preview.Row, _ source: Source, into json: inout JSONText) {
    json.open("{")
    json.field("row", Int(row.number))
    let record = row.record
    json.key("transaction_id")
    if row.error == nil {
      json.value(record.span.extracting(TransactionRecord.text(Schema.Text.id, record.span)))
    } else {
      json.value(String(decoding: row.id, as: UTF8.self))
    }
    json.key("error")
    if let error = row.error {
      json.open("{")
      json.field("field", error.field ?? "")
      json.field("expected", error.detail)
      json.close("}")
    } else {
      json.null()
      json.key("transaction")
      text.transaction(record.span, source, into: &json)
    }
    json.close("}")
  }
}
