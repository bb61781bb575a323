/// Why a decision is what it is: a rule or score line that held, with its values put in.
package struct Reason: Sendable, Hashable {
  package var name: String
  package var text: String
  /// For rules.
  package var outcome: Outcome?
  /// For score lines, in log-odds.
  package var points: Double?

  package init(name: String, text: String, outcome: Outcome?, points: Double?) {
    self.name = name
    self.text = text
    self.outcome = outcome
    self.points = points
  }
}
