import Payments

/// Seeded card transactions (SplitMix64): cards that return to their terminals, devices and
/// places, thirty days in a million transactions.
struct CardTraffic {
  private var state: UInt64 = 20_261_120
  private var builder: TransactionBuilder
  private let entities: UInt64
  private var time: Int64 = 1_760_000_000_000_000
  private var number = 0
  private static let channels = ["chip", "online", "contactless", "online"]

  init(source: Source, entities: Int) {
    builder = TransactionBuilder(source: source.id, schema: source.schema)
    self.entities = UInt64(entities)
  }

  private mutating func next(below bound: UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return (z ^ (z >> 31)).multipliedFullWidth(by: bound).high
  }

  mutating func append(to bytes: inout [UInt8]) {
    time += Int64(next(below: 5_184_000))
    number += 1
    let card = next(below: entities)
    // Nine in ten at one of the card's eight terminals.
    let habit = (card &* 2_654_435_761 &+ next(below: 8)) % entities
    let terminal = next(below: 10) > 0 ? habit : next(below: entities)
    builder.reset()
    builder.time = Timestamp(microseconds: time)
    builder.amount = Money(minorUnits: Int64(100 + next(below: 400) * next(below: 60)))
    builder.set(text: Schema.Text.id, "t\(number)")
    builder.set(text: Schema.Text.account, "c\(card)")
    builder.set(text: Schema.Text.counterparty, "m\(terminal)")
    builder.set(text: Schema.Text.channel, Self.channels[Int(next(below: 4))])
    builder.set(text: Schema.Text.device, "d\(card)-\(next(below: 2))")
    builder.set(text: Schema.Text.location, "p\(terminal % 2000)")
    builder.set(text: Schema.commonTexts.count, "\(5000 + terminal % 300)")
    builder.finish(into: &bytes)
  }
}
