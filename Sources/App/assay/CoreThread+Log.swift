import Journal
import Pipeline
import Shell

extension CoreThread {
  /// Logs one control entry while the core thread runs, and waits until it is in force.
  func log(_ kind: EntryKind, _ body: [UInt8]) throws {
    let submission = Submission()
    submission.kind = .entries(kind)
    submission.add { $0.append(contentsOf: body) }
    guard submitAndWait(submission) else { throw CommandError("the server is stopping") }
    switch submission.results.first {
    case .refused(let why): throw CommandError(why)
    case .unavailable(let obstacle): throw CommandError("\(obstacle)")
    default: break
    }
  }
}
