/// What a number measures: powers of money and of time, or a plain number.
struct Unit: Hashable, Sendable, CustomStringConvertible {
  var money = 0
  var time = 0

  static let plain = Unit()
  static let money = Unit(money: 1)
  static let seconds = Unit(time: 1)

  static func * (a: Unit, b: Unit) -> Unit { Unit(money: a.money + b.money, time: a.time + b.time) }

  static func / (a: Unit, b: Unit) -> Unit { Unit(money: a.money - b.money, time: a.time - b.time) }

  var description: String {
    func power(_ word: String, _ exponent: Int) -> String {
      exponent == 1 ? word : "\(word)^\(exponent)"
    }
    let above = [(money, "money"), (time, "time")].filter { $0.0 > 0 }.map { power($0.1, $0.0) }
    let below = [(money, "money"), (time, "time")].filter { $0.0 < 0 }.map { power($0.1, -$0.0) }
    if above.isEmpty, below.isEmpty { return "a plain number" }
    let top = above.isEmpty ? "1" : above.joined(separator: " × ")
    let text = below.isEmpty ? top : top + " per " + below.joined(separator: " and ")
    return text == "time" ? "a time" : text
  }
}
