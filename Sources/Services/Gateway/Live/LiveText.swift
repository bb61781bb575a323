import HTTP
import Payments

/// Writes items as messages of a shape, ready to be sent.
struct LiveText {
  private let catalog: Catalog
  private var decisions: DecisionText
  private var json = JSONText()

  init(_ catalog: Catalog) {
    self.catalog = catalog
    decisions = DecisionText(catalog)
  }

  /// Appends an item as a WebSocket message or an event.
  mutating func append(
    _ item: LiveItem,
    _ shape: LiveSubscription.Shape,
    _ kind: StreamKind,
    to bytes: inout [UInt8]
  ) {
    json.reset()
    let (record, decision) = (item.record, item.decision)
    let source = catalog.source(Int(item.source))
    switch (shape, source) {
    case (.crypto, let source?):
      DialectText.crypto(record.span, isFraud: item.isFraud, source, into: &json)
    case (.retail, let source?):
      DialectText.retail(record.span, isFraud: item.isFraud, source, into: &json)
    default: native(item, record.span, decision.span, source)
    }
    wrap(event: "decision", item.place, kind, to: &bytes)
  }

  /// Appends a notice that a client was too slow and goes on behind what it missed.
  mutating func append(
    skipped from: LivePlace,
    to place: LivePlace,
    _ kind: StreamKind,
    to bytes: inout [UInt8]
  ) {
    json.reset()
    json.open("{")
    json.key("skipped")
    json.open("{")
    json.key("after")
    json.value(from.text)
    json.key("until")
    json.value(place.text)
    json.close("}")
    json.close("}")
    wrap(event: "skipped", place, kind, to: &bytes)
  }

  private mutating func native(
    _ item: LiveItem,
    _ record: borrowing Span<UInt8>,
    _ decision: borrowing Span<UInt8>,
    _ source: Source?
  ) {
    json.open("{")
    json.key("place")
    json.value(item.place.text)
    decisions.fields(record: record, decision: decision, contributions: false, into: &json)
    json.key("fraud")
    json.value(item.isFraud)
    json.key("transaction")
    decisions.transaction(record, source, into: &json)
    json.close("}")
  }

  private func wrap(
    event: StaticString,
    _ place: LivePlace,
    _ kind: StreamKind,
    to bytes: inout [UInt8]
  ) {
    let text = json.bytes
    switch kind {
    case .webSocket: WebSocketFrame.append(text: text.span, to: &bytes)
    case .events:
      bytes.append("id: ")
      bytes.append(contentsOf: place.text.utf8)
      bytes.append("\nevent: ")
      bytes.append(event)
      bytes.append("\ndata: ")
      bytes.append(contentsOf: text)
      bytes.append("\n\n")
    case .body: bytes.append(contentsOf: text)
    }
  }
}
