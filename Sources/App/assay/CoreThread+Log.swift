import Journal
import Pipeline
import Shell

extension CoreThread {
  /// Logs control entries while the core thread runs, with nothing between them, and waits until
  /// they are in force.
  func log(_ entries: [(kind: EntryKind, body: [UInt8])]) throws {
    let submission = Submission()
    submission.kind = .past
    for entry in entries {
      submission.add { $0.append(contentsOf: entry.body) }
      submission.itemKinds.append(entry.kind)
    }
    guard submitAndWait(submission) else { throw CommandError("the server is stopping") }
    for result in submission.results {
      switch result {
      case .refused(let why): throw CommandError(why)
      case .unavailable(let obstacle): throw CommandError("\(obstacle)")
      default: break
      }
    }
  }
}
