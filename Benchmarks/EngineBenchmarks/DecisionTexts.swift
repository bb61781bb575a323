/// Sixty features and fifty rules of the kind that an institution writes.
enum DecisionTexts {
  private static let windows: [(entity: String, key: String, what: [(String, [String])])] = [
    (
      "account", "account",
      [
        ("count()", ["10m", "1h", "6h", "1d", "7d", "30d"]),
        ("sum(amount)", ["1h", "1d", "7d", "30d"]), ("mean(amount)", ["1d", "7d", "30d"]),
      ]
    ),
    (
      "terminal", "counterparty",
      [
        ("count()", ["10m", "1h", "1d", "7d", "30d"]), ("sum(amount)", ["1h", "1d"]),
        ("mean(amount)", ["1d", "7d", "30d"]), ("fraud_rate()", ["1d", "7d", "30d"]),
      ]
    ),
    (
      "device", "device",
      [("count()", ["1h", "1d", "7d"]), ("sum(amount)", ["1d", "7d"]), ("fraud_rate()", ["30d"])]
    ),
    (
      "place", "location",
      [
        ("count()", ["10m", "1h", "1d"]), ("mean(amount)", ["1h", "1d"]), ("fraud_rate()", ["7d"]),
      ]
    ),
    (
      "pair", "(account, counterparty)",
      [("count()", ["1h", "1d", "7d", "30d"]), ("mean(amount)", ["30d"])]
    ),
    (
      "category", "(account, category)",
      [("count()", ["1d", "7d", "30d"]), ("mean(amount)", ["7d", "30d"])]
    ),
  ]

  static let features: String = {
    var lines = [
      "amount_units = amount", "is_weekend = weekend()", "is_night = night()",
      "hour_of_day = hour()", "is_online = channel = online",
    ]
    for (entity, key, what) in windows {
      for (aggregate, lengths) in what {
        let word = aggregate.prefix { $0 != "(" }
        // As in the handbook, a terminal's risk is that of a week ago.
        let delay = word == "fraud_rate" ? " delayed 7d" : ""
        for length in lengths {
          lines.append(
            "\(entity)_\(word)_\(length) = \(aggregate) by \(key) over \(length)\(delay)"
          )
        }
      }
    }
    lines += [
      "online_count_1d = count() by account over 1d where channel = online",
      "online_count_7d = count() by account over 7d where channel = online",
      "large_sum_7d = sum(amount) by account over 7d where amount > 100",
      "large_count_7d = count() by counterparty over 7d where amount > 100",
      "against_habit = amount / mean(amount) by account over 30d before this else 1",
      "against_terminal = amount / mean(amount) by counterparty over 30d before this else 1",
      "pace = account_count_1d / account_count_30d",
      "new_pair = pair_count_30d = 1",
    ]
    return lines.map { "feature \($0)\n" }.joined()
  }()

  static let rules: String = {
    var text = ""
    let names = ["account", "terminal", "device", "place", "pair"]
    for number in 0..<50 {
      let name = names[number % 5]
      let outcome = ["challenge", "review", "decline"][number % 3]
      let condition =
        switch number % 4 {
        case 0: "\(name)_count_1h > \(6 + number)"
        case 1: "\(name)_count_1d > \(9 + number) and amount > \(50 + number)"
        case 2: "amount > \(200 + number) and (is_night or online_count_1d > \(2 + number % 3))"
        default: "against_habit > \(4 + number) and account_count_30d >= 5 and not is_weekend"
        }
      text += "rule r\(number): when \(condition) then \(outcome)\n"
    }
    return text
  }()
}
