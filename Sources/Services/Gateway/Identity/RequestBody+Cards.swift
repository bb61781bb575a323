import Foundation
import Intake

extension RequestBody {
  /// Fields whose texts are kept nowhere as they are sent.
  private static let unkept: Set = ["password", "new_password", "current_password"]
  private static let depthMax = 16

  /// Refuses a body with a card number, or a card's verification code, in any of its fields: what
  /// people write is kept as it is.
  func requireNoCard() throws(AccountRefusal) {
    guard let fields = fields() else { return }
    try RequestBody.requireNoCard(in: fields, "", RequestBody.depthMax)
  }

  private static func requireNoCard(
    in value: Any,
    _ place: String,
    _ depth: Int
  ) throws(AccountRefusal) {
    switch value {
    case let fields as [String: Any]:
      guard depth > 0 else {
        throw AccountRefusal(422, "invalid", "\(place) lies deeper than \(depthMax) objects")
      }
      for (name, value) in fields.sorted(by: { $0.key < $1.key }) where !unkept.contains(name) {
        let place = CardNumber.masked(place.isEmpty ? name : "\(place).\(name)")
        if CardNumber.isVerificationCode(name) {
          throw AccountRefusal(
            422,
            "forbidden",
            "\(place): card verification codes are never accepted",
            field: place
          )
        }
        if CardNumber.isHeld(in: name) { throw refusal(place) }
        try requireNoCard(in: value, place, depth - 1)
      }
    case let items as [Any]:
      for (index, item) in items.enumerated() {
        try requireNoCard(in: item, "\(place)[\(index)]", depth - 1)
      }
    case let text as String:
      if CardNumber.isHeld(in: text) { throw refusal(place) }
    case let number as NSNumber:
      if CardNumber.isHeld(in: number.stringValue) { throw refusal(place) }
    default: break
    }
  }

  private static func refusal(_ place: String) -> AccountRefusal {
    AccountRefusal(
      422,
      "invalid",
      "\(place) holds a card number, which is not kept in a text: leave it out",
      field: place
    )
  }
}
