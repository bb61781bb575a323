import Engine
import Journal
import Payments

extension Sequencer {
  /// Admits an erasure: nil where it is to be logged.
  func answer(erasureIn submission: Submission, _ item: Range<Int>) -> Submission.Result? {
    let erasure: Erasure
    do {
      erasure = try Erasure(Array(submission.bytes[item]))
    } catch {
      return .refused(error.description)
    }
    guard engine.source(Int(erasure.source)) != nil else { return .refused("unknown source") }
    guard status?.erasures.hasRoom(for: erasure) != false else {
      return .refused("\(Erasures.countMax) accounts are erased, more are not kept in mind")
    }
    return nil
  }

  /// Has readers of the log pass over what was erased from now on.
  func note(erasureIn submission: Submission, _ item: Range<Int>, _ position: Position) {
    erases = true
    // It was applied, so it can be read.
    guard let erasure = try? Erasure(Array(submission.bytes[item])) else { return }
    status?.erasures.note(erasure, at: position)
  }
}
