import Foundation
import Shell

/// A decision's JSON as a page for a terminal.
struct ExplanationText {
  private let all: [String: Any]

  init(_ json: Data) throws {
    guard let object = try JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      throw CommandError("the answer is not a decision")
    }
    all = object
  }

  var text: String {
    let lines =
      [headline, payment] + reasons + [""] + features
      + ["", versions, place, verified, label]
    return lines.joined(separator: "\n")
  }

  private func word(_ key: String) -> String { all[key] as? String ?? "-" }

  private func number(_ value: Any?) -> Double? { (value as? NSNumber)?.doubleValue }

  private func shown(_ value: Any?, _ format: String = "%.6g") -> String {
    number(value).map { String(format: format, $0) } ?? "missing"
  }

  private var headline: String {
    let model = all["model"] as? String ?? "no model: the scorecard"
    return "\(word("transaction_id")): \(word("outcome")), score \(shown(all["score"])) by \(model)"
  }

  private var payment: String {
    var fields = all["transaction"] as? [String: Any] ?? [:]
    let amount = shown(fields.removeValue(forKey: "amount"), "%.12g")
    let currency = fields.removeValue(forKey: "currency") as? String ?? ""
    let time = fields.removeValue(forKey: "time") as? String ?? ""
    let rest = fields.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    return "\(word("source")), \(time), \(amount) \(currency), " + rest.joined(separator: ", ")
  }

  private var reasons: [String] {
    let list = all["reasons"] as? [[String: Any]] ?? []
    return list.map { reason in
      let effect =
        reason["outcome"] as? String ?? number(reason["points"]).map { "\($0) points" } ?? ""
      return "  \(reason["name"] as? String ?? ""): \(reason["text"] as? String ?? "") → \(effect)"
    }
  }

  /// Features by the size of their contributions, or by name where there are none.
  private var features: [String] {
    let values = all["features"] as? [String: Any] ?? [:]
    let expressions = all["expressions"] as? [String: String] ?? [:]
    let contributions = all["contributions"] as? [String: Any] ?? [:]
    func size(_ name: String) -> Double { abs(number(contributions[name]) ?? 0) }
    let names = values.keys.sorted { size($0) == size($1) ? $0 < $1 : size($0) > size($1) }
    let width = names.map(\.count).max() ?? 0
    var lines = names.map { name in
      let padding = String(repeating: " ", count: width - name.count)
      let moved = number(contributions[name]).map { String(format: "%+9.4f", $0) } ?? "        -"
      let value = shown(values[name])
      let gap = String(repeating: " ", count: max(0, 12 - value.count))
      return "  \(name)\(padding) \(gap)\(value) \(moved)  \(expressions[name] ?? "")"
    }
    if let base = number(contributions["base"]) {
      let unit = all["link"] as? String == "share" ? "4 × share − 2" : "log-odds"
      lines.append(
        "  base \(String(format: "%+.4f", base)), margin \(shown(all["margin"])) (\(unit))"
      )
    }
    return lines
  }

  private var versions: String {
    "feature set \(word("feature_set")), rule set \(word("rule_set")), model \(word("model"))"
  }

  private var place: String {
    let position = (all["position"] as? NSNumber)?.stringValue ?? "-"
    return "position \(position), received \(word("received_at"))"
  }

  private var verified: String {
    let checks = all["verified"] as? [String: Any] ?? [:]
    func shown(_ key: String) -> String {
      guard let same = checks[key] as? Bool else { return "not computed" }
      return same ? "the same" : "DIFFERENT"
    }
    return "computed again: vector \(shown("vector")), score \(shown("score")), replay "
      + shown("replay")
  }

  private var label: String { "label: \(all["label"] as? String ?? "none")" }
}
