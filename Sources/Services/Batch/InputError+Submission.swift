import Intake
import Pipeline

extension InputError {
  /// Why a row that was read right was not decided on; nil where it was.
  init?(_ result: Submission.Result) {
    switch result {
    case .decided, .duplicate: return nil
    case .conflict:
      self.init(.invalid, field: "transaction_id", "was used before for another content")
    case .cardNumber:
      self.init(.invalid, field: "transaction_id", CardNumber.idRefusal)
    case .future: self.init(.invalid, field: "time", "lies too far in the future")
    case .quarantined(let why): self.init(.invalid, "is in quarantine: \(why)")
    case .refused(let why): self.init(.invalid, why)
    case .unavailable(let obstacle): self.init(.invalid, "\(obstacle)")
    case .known, .logged: self.init(.invalid, "is a past transaction that was never decided on")
    }
  }
}
