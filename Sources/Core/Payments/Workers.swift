/// Carries out pieces of work that do not depend on one another, in any order or at once.
///
/// The core starts no threads; who has some to spare passes them in.
package struct Workers: Sendable {
  package let run: @Sendable (_ count: Int, _ piece: @Sendable (Int) -> Void) -> Void

  package init(
    _ run: @escaping @Sendable (_ count: Int, _ piece: @Sendable (Int) -> Void) -> Void
  ) {
    self.run = run
  }

  /// The caller alone, one piece after the other.
  package static let caller = Workers { count, piece in
    for number in 0..<count { piece(number) }
  }
}
