import Foundation
import Storage

/// The fields of a small JSON object that a request brought.
struct RequestBody: Sendable {
  static let bytesMax = 16 << 10
  /// Long passwords are sentences; longer ones are mistakes.
  static let passwordBytesMax = 1024
  static let passwordBytesMin = 8

  private let bytes: [UInt8]
  /// The network it came from, by which guesses are counted; nil for this machine, where everybody
  /// behind a proxy seems to be.
  let network: String?

  init(_ bytes: [UInt8], from network: String?) {
    self.bytes = bytes
    self.network = network
  }

  /// The fields; nil where the body is no JSON object.
  func fields() -> [String: Any]? {
    StrictJSON.object(bytes, bytesMax: RequestBody.bytesMax)
  }

  /// The fields of a native request, all of which must be known.
  func fields(_ known: String...) throws(AccountRefusal) -> [String: Any] {
    guard let fields = fields() else {
      throw AccountRefusal(400, "malformed", "The body is a JSON object")
    }
    if let other = fields.keys.sorted().first(where: { !known.contains($0) }) {
      throw AccountRefusal(
        422,
        "invalid",
        "'\(other.prefix(40))' is not a field here; known: \(known.joined(separator: ", "))",
        field: String(other.prefix(40))
      )
    }
    return fields
  }

  /// A text that people write: not empty, without control characters.
  static func text(_ value: Any?, bytesMax: Int) -> String? {
    guard let text = value as? String, !text.isEmpty, text.utf8.count <= bytesMax,
      text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
    else { return nil }
    return text
  }

  /// An email of a native request.
  static func email(_ fields: [String: Any]) throws(AccountRefusal) -> String {
    guard let email = text(fields["email"], bytesMax: User.emailBytesMax), isEmail(email) else {
      throw AccountRefusal(
        422,
        "invalid",
        "email is an address of up to \(User.emailBytesMax) bytes",
        field: "email"
      )
    }
    return email
  }

  /// Whether a text has a name, one @ and a host, and no blank.
  static func isEmail(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(" ")
  }

  /// A new password of a native request.
  static func password(
    _ fields: [String: Any],
    _ name: String = "password"
  ) throws(AccountRefusal) -> String {
    guard let password = fields[name] as? String,
      (passwordBytesMin...passwordBytesMax).contains(password.utf8.count)
    else {
      throw AccountRefusal(
        422,
        "invalid",
        "\(name) has \(passwordBytesMin) to \(passwordBytesMax) bytes",
        field: name
      )
    }
    return password
  }

  /// A role of a native request.
  static func role(_ fields: [String: Any]) throws(AccountRefusal) -> Role {
    guard let role = (fields["role"] as? String).flatMap(Role.init(word:)) else {
      let words = Role.allCases.map(\.word).joined(separator: ", ")
      throw AccountRefusal(422, "invalid", "role is one of \(words)", field: "role")
    }
    return role
  }

  /// A whole number of a native request; nil where it is absent.
  static func number(
    _ fields: [String: Any],
    _ name: String,
    _ range: ClosedRange<Int>
  ) throws(AccountRefusal) -> Int? {
    guard let value = fields[name], !(value is NSNull) else { return nil }
    guard let number = value as? NSNumber, let whole = Int(exactly: number.doubleValue),
      range.contains(whole)
    else {
      throw AccountRefusal(
        422,
        "invalid",
        "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound)",
        field: name
      )
    }
    return whole
  }
}
