/// What happened on an account besides payments.
package enum ActivityKind: UInt8, Sendable, CaseIterable {
  case login = 0
  case newDevice = 1
  case newPayee = 2
  case passwordChange = 3

  /// The word used in JSON and rules.
  package var word: String {
    switch self {
    case .login: "login"
    case .newDevice: "new_device"
    case .newPayee: "new_payee"
    case .passwordChange: "password_change"
    }
  }
}

/// The body of an activity entry: kind, success, source, time, account and device, and the id by
/// which it is known again, if it has one.
package struct Activity: Sendable, Hashable {
  package let source: UInt16
  package let kind: ActivityKind
  package let succeeded: Bool
  package var time: Timestamp
  package let account: String
  package let device: String
  /// What the sender calls it; empty where it has no id, and counts each time that it is sent.
  package private(set) var id = ""
  /// A fingerprint of what was sent under the id, before the sequencer stamps a time.
  package private(set) var content: UInt64 = 0
  /// What its decoder says of it; no part of the entry.
  package var note: RecordNote?

  /// Stands in for the time of receipt until the activity is put in the log; no text tells it.
  package static let timeOfReceipt = Timestamp(microseconds: .min)

  /// Texts longer than `TransactionRecord.textBytesMax` must have been refused by the decoder, as a
  /// transaction's; here they trap.
  package init(
    source: UInt16,
    kind: ActivityKind,
    succeeded: Bool,
    time: Timestamp,
    account: String,
    device: String
  ) {
    for text in [account, device] {
      precondition(text.utf8.count <= TransactionRecord.textBytesMax, "text too long")
    }
    self.source = source
    self.kind = kind
    self.succeeded = succeeded
    self.time = time
    self.account = account
    self.device = device
  }

  /// Gives it an id: sent again with the same content, it is not taken again.
  ///
  /// As other texts, it has at most `TransactionRecord.textBytesMax` bytes.
  package mutating func identify(as id: String) {
    precondition(id.utf8.count <= TransactionRecord.textBytesMax, "text too long")
    self.id = id
    content = fingerprint
  }

  /// A fingerprint of all but its id.
  package var fingerprint: UInt64 { Fingerprint.of(told.span) }

  /// The entry's body.
  package var encoded: [UInt8] {
    var bytes = told
    if id.isEmpty { return bytes }
    bytes.append(text: id)
    bytes.append(little: content)
    return bytes
  }

  private var told: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(little: source)
    bytes.append(kind.rawValue)
    bytes.append(succeeded ? 1 : 0)
    bytes.append(little: time.microseconds)
    bytes.append(text: account)
    bytes.append(text: device)
    return bytes
  }

  package init(_ body: [UInt8]) throws(DecodingFailure) {
    var reader = ByteReader(body)
    source = try reader.integer()
    let raw: UInt8 = try reader.integer()
    guard let kind = ActivityKind(rawValue: raw) else {
      throw DecodingFailure("unknown activity \(raw)", at: 2)
    }
    self.kind = kind
    succeeded = try reader.integer(UInt8.self) != 0
    time = Timestamp(microseconds: try reader.integer())
    account = try Activity.text("account", &reader)
    device = try Activity.text("device", &reader)
    // Those without an id end here, and all of older logs.
    if reader.atEnd { return }
    id = try Activity.text("id", &reader)
    content = try reader.integer()
  }

  /// Names what windows know an entity by: no longer than a transaction's texts.
  private static func text(
    _ name: String,
    _ reader: inout ByteReader
  ) throws(DecodingFailure) -> String {
    let place = reader.offset
    let text = try reader.text()
    guard text.utf8.count <= TransactionRecord.textBytesMax else {
      throw DecodingFailure(
        "the \(name) has \(text.utf8.count) bytes, at most \(TransactionRecord.textBytesMax) are"
          + " taken,",
        at: place
      )
    }
    return text
  }
}
