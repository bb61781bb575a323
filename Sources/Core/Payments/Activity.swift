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

/// The body of an activity entry: kind, success, source, time, account and device.
package struct Activity: Sendable, Hashable {
  package var source: UInt16
  package var kind: ActivityKind
  package var succeeded: Bool
  package var time: Timestamp
  package var account: String
  package var device: String

  package init(
    source: UInt16,
    kind: ActivityKind,
    succeeded: Bool,
    time: Timestamp,
    account: String,
    device: String
  ) {
    self.source = source
    self.kind = kind
    self.succeeded = succeeded
    self.time = time
    self.account = account
    self.device = device
  }

  package var encoded: [UInt8] {
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
    account = try reader.text()
    device = try reader.text()
  }
}
