package import Journal
package import Payments

/// A transaction that is not taken any more: the program ended twice while it was in flight.
package struct Quarantine: Sendable, Hashable {
  /// What an entry does with its subject.
  package enum Action: UInt8, Sendable {
    case quarantine = 0
    case release = 1
  }

  /// The most that are held at a time.
  package static let countMax = 10_000

  package var action: Action
  /// What was asked for: a decision, a label, a past transaction.
  package var kind: EntryKind
  package var source: UInt16
  /// What later attempts are told by.
  package var subject: UInt64
  /// When, µs.
  package var time: Int64
  package var id: String
  package var reason: String

  package init(
    _ action: Action,
    _ item: FlightItem,
    time: Int64,
    reason: String
  ) {
    self.action = action
    kind = item.kind
    source = item.source
    subject = item.subject
    self.time = time
    id = String(decoding: item.id, as: UTF8.self)
    self.reason = reason
  }

  package var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(action.rawValue)
    bytes.append(kind.rawValue)
    bytes.append(little: source)
    bytes.append(little: subject)
    bytes.append(little: time)
    bytes.append(text: id)
    bytes.append(text: reason)
    return bytes
  }

  package init(_ body: [UInt8]) throws(DecodingFailure) {
    var reader = ByteReader(body)
    guard let action = Action(rawValue: try reader.integer()),
      let kind = EntryKind(rawValue: try reader.integer())
    else { throw DecodingFailure("an unknown action or kind", at: 0) }
    self.action = action
    self.kind = kind
    source = try reader.integer()
    subject = try reader.integer()
    time = try reader.integer()
    id = try reader.text()
    reason = try reader.text()
  }
}
