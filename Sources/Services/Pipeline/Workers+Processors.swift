import Dispatch
import Payments

extension Workers {
  /// All processors at once, the caller's thread among them.
  static let processors = Workers { count, piece in
    DispatchQueue.concurrentPerform(iterations: count, execute: piece)
  }
}
