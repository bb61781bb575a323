// Safety: a job touches the memory of one kind of entities, which no other job touches, and its
// result is read only after all jobs have ended.
import Payments

/// The restoring of one kind of entities from its part of a snapshot.
final class RestoreJob: @unchecked Sendable {
  /// The length of its part.
  let size: Int
  private let kind: EntityKind
  private var part: ByteReader
  private var result: Result<UInt64, DecodingFailure>

  init(_ kind: EntityKind, from part: ByteReader) {
    self.kind = kind
    self.part = part
    size = part.left
    result = .failure(DecodingFailure("not restored", at: part.offset))
  }

  func run() {
    do throws(DecodingFailure) {
      result = .success(try kind.windows.restore(from: &part))
    } catch {
      result = .failure(error)
    }
  }

  /// The digest of what was restored.
  func digest() throws(DecodingFailure) -> UInt64 { try result.get() }
}
