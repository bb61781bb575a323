package import Journal
import Payments

/// Shows a past decision as `GET /api/v1/decisions/{id}` does, for programs without a server.
package struct Explanation {
  private var text: DecisionText

  package init(_ catalog: Catalog) { text = DecisionText(catalog) }

  /// The JSON of a decision whose two entries, headers and bodies, are handed in.
  ///
  /// `replayed` says whether a fold of the log gave the same decision; nil where none was made.
  package mutating func json(
    transaction: [UInt8],
    decision: [UInt8],
    at position: Position,
    label: Bool?,
    replayed: Bool?
  ) -> [UInt8] {
    var json = JSONText()
    let span = transaction.span
    text.whole(
      record: span.extracting(EntryHeader.size..<transaction.count),
      decision: decision.span.extracting(EntryHeader.size..<decision.count),
      receivedAt: span.load(at: 16, as: Int64.self),
      position: position.bytes,
      label: label,
      replayed: replayed,
      into: &json
    )
    return json.bytes
  }
}
