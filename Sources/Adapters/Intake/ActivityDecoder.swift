package import Payments

/// Decodes activities from JSON: one, or `{"activities": […]}`.
package final class ActivityDecoder {
  package static let itemsMax = 1000

  private enum Slot {
    static let source = 0
    static let kind = 1
    static let succeeded = 2
    static let time = 3
    static let account = 4
    static let device = 5
    static let id = 6
  }

  private let reader = JSONReader(
    names: [
      ("source", Slot.source), ("activity", Slot.kind), ("succeeded", Slot.succeeded),
      ("time", Slot.time), ("account", Slot.account), ("device", Slot.device),
      ("activity_id", Slot.id),
    ],
    bytesMax: 2 << 20
  )
  private let sources: [Source]
  private let tokenizer: CardTokenizer

  /// A decoder for one thread; card numbers among the names become `tokenizer`'s tokens.
  package init(sources: [Source], tokenizer: @escaping CardTokenizer) {
    self.sources = sources
    self.tokenizer = tokenizer
  }

  /// The activities of a request's body; those that tell no time have `Activity.timeOfReceipt`.
  ///
  /// `fallbackId` is the id of the first, if it has none; the place of a later one is added to it.
  package func decode(
    _ body: [UInt8],
    fallbackId: String? = nil
  ) throws(InputError) -> [Activity] {
    var activities = try reader.items(
      of: body,
      under: "activities",
      noun: "an activity",
      max: ActivityDecoder.itemsMax,
      item
    )
    guard let fallbackId else { return activities }
    let isHeld = CardNumber.isHeld(in: fallbackId)
    for place in activities.indices where activities[place].id.isEmpty {
      // No key holds a blank.
      activities[place].identify(as: place == 0 ? fallbackId : "\(fallbackId) \(place)")
      guard isHeld else { continue }
      activities[place].note = activities[place].note ?? RecordNote()
      activities[place].note?.idHoldsCardNumber = true
    }
    return activities
  }

  private func item() throws(InputError) -> Activity {
    if let name = reader.verificationCode {
      throw InputError(.forbidden, field: name, "card verification codes are never accepted")
    }
    if let unknown = reader.unknownKey {
      throw InputError(.invalid, field: unknown, "is not a field of an activity")
    }
    for slot in Slot.source...Slot.id where reader.isRepeated(slot) {
      throw InputError(.invalid, field: reader.name(slot), "is given twice")
    }
    let word = text(Slot.source)
    guard let source = sources.first(where: { $0.name == word }) else {
      let known = sources.map(\.name).joined(separator: ", ")
      throw InputError(.invalid, field: "source", "is one of \(known)")
    }
    let doing = text(Slot.kind)
    guard let kind = ActivityKind.allCases.first(where: { $0.word == doing }) else {
      let words = ActivityKind.allCases.map(\.word).joined(separator: ", ")
      throw InputError(.invalid, field: "activity", "is one of \(words)")
    }
    guard let succeeded = reader.truth(Slot.succeeded) else {
      throw InputError(.invalid, field: "succeeded", "is true or false, or 1 or 0")
    }
    let time = try time(source)
    let account = try name("account", Slot.account, takesNumbers: true)
    let device = try name("device", Slot.device, takesNumbers: false)
    guard !account.isEmpty || !device.isEmpty else {
      throw InputError(.invalid, field: "account", "is missing, and so is the device")
    }
    let told = ActivityText(
      kind,
      succeeded,
      time,
      earlier: earlierTime(source),
      account: account,
      device: device
    )
    return told.activity(
      of: source.id,
      id: try name("activity_id", Slot.id, takesNumbers: true),
      tokenizer
    )
  }

  private func text(_ slot: Int) -> String? {
    reader.kind(slot) == .text ? reader.withText(slot) { $0.text } : nil
  }

  private func isAbsent(_ slot: Int) -> Bool {
    reader.kind(slot) == .absent || reader.kind(slot) == .null
  }

  private func time(_ source: Source) throws(InputError) -> Timestamp {
    if isAbsent(Slot.time) { return Activity.timeOfReceipt }
    guard reader.kind(Slot.time) == .text,
      let time = reader.withText(Slot.time, { Timestamp(parsing: $0, zone: source.zone) })
    else {
      throw InputError(
        .invalid,
        field: "time",
        "is a text with a time in ISO 8601, from 1970 to 2199, or absent"
      )
    }
    return time
  }

  /// As what the time was read before, if another one.
  private func earlierTime(_ source: Source) -> Timestamp? {
    guard reader.kind(Slot.time) == .text else { return nil }
    return reader.withText(Slot.time) { Timestamp(earlier: $0, zone: source.zone) }
  }

  /// A name as it was sent; empty where it was not.
  private func name(
    _ field: String,
    _ slot: Int,
    takesNumbers: Bool
  ) throws(InputError) -> String {
    if isAbsent(slot) { return "" }
    let bytes: [UInt8]
    switch reader.kind(slot) {
    case .text: bytes = reader.withText(slot) { $0.array }
    case .integer where takesNumbers: bytes = Array(String(reader.integer(slot)).utf8)
    default: throw InputError(.invalid, field: field, "is a text")
    }
    let problem = FieldText.problem(bytes)
    if let problem {
      throw InputError(.invalid, field: field, problem)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
