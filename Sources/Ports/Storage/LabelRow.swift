/// A label as a store keeps it.
///
/// It concerns the newest decision of its id whose event time is `time`; where no time agrees, the
/// newest of its id.
package struct LabelRow: Sendable, Hashable {
  /// Position of the label's entry; unique.
  package var position: UInt64
  package var idKey: Int64
  /// Event time of its transaction, µs.
  package var time: Int64
  package var receivedAt: Int64
  package var fraud: Bool

  package init(position: UInt64, idKey: Int64, time: Int64 = 0, receivedAt: Int64, fraud: Bool) {
    self.position = position
    self.idKey = idKey
    self.time = time
    self.receivedAt = receivedAt
    self.fraud = fraud
  }
}
