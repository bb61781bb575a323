/// One client of a `TLSFront`: its encrypted socket outside, and the clear one to the loop inside.
final class TLSConnection {
  private static let waitingBytesMax = 64 << 10

  let outer: Int32
  let inner: Int32
  /// What the poller was told last.
  var interests: (outer: Poller.Interest, inner: Poller.Interest) = ([], [])
  /// When the client is let go, ms; nil while all is well.
  var deadline: Int64?
  /// Tells the loop of the client, once keys are agreed on.
  var introduce: (() -> Void)?

  private let session: TLSSession
  /// On its way to the loop, and to the client.
  private var inward = ByteBuffer(capacity: 16 << 10, limit: TLSConnection.waitingBytesMax)
  private var inwardSent = 0
  private var outward = ByteBuffer(capacity: 16 << 10, limit: TLSConnection.waitingBytesMax)
  private var outwardSent = 0
  private var wantsOutput = false
  private var clientEnded = false
  private(set) var loopEnded = false
  /// Whether the poller watches the inner end: one whose other end is gone would ring for ever.
  var isInnerWatched = true
  private var hasSaidEnd = false

  /// A client that has until `deadline` to agree on keys; nil without memory.
  init?(_ context: TLSContext, _ outer: Int32, _ inner: Int32, until deadline: Int64) {
    guard let session = TLSSession(context, outer) else {
      Sockets.close(inner)
      return nil
    }
    self.session = session
    self.outer = outer
    self.inner = inner
    self.deadline = deadline
  }

  /// Whether the loop has ended and the client has all that it said.
  var isFinished: Bool { loopEnded && outwardSent == outward.count }

  func isOverdue(_ now: Int64) -> Bool { deadline.map { $0 <= now } ?? false }

  /// The events that the present state calls for.
  var wanted: (outer: Poller.Interest, inner: Poller.Interest) {
    var outer: Poller.Interest = []
    var inner: Poller.Interest = []
    if !clientEnded, inwardSent == inward.count { outer.insert(.input) }
    if wantsOutput { outer.insert(.output) }
    if session.isAgreed {
      if !loopEnded, outwardSent == outward.count { inner.insert(.input) }
      if inwardSent < inward.count { inner.insert(.output) }
    }
    return (outer, inner)
  }

  /// Moves what can be moved, both ways; false where the connection is over.
  func pump() -> Bool {
    wantsOutput = false
    if !session.isAgreed {
      switch session.agree() {
      case .moved: break
      case .wantsInput: return true
      case .wantsOutput:
        wantsOutput = true
        return true
      case .ended, .failed: return false
      }
    }
    if let introduce {
      introduce()
      self.introduce = nil
      deadline = nil
    }
    return pumpInward() && pumpOutward()
  }

  /// From the client to the loop.
  private func pumpInward() -> Bool {
    while true {
      while inwardSent < inward.count {
        // Once the loop has ended, what the client still says is thrown away.
        if loopEnded { break }
        switch Sockets.send(inner, inward, from: inwardSent) {
        case .moved(let count): inwardSent += count
        case .wouldBlock: return true
        case .ended, .failed: loopEnded = true
        }
      }
      inward.truncate(to: 0)
      inwardSent = 0
      if clientEnded { return true }
      switch session.receive(into: &inward) {
      case .moved: continue
      case .wantsInput: return true
      case .wantsOutput:
        wantsOutput = true
        return true
      case .ended:
        clientEnded = true
        Sockets.finishWriting(inner)
        return true
      case .failed: return false
      }
    }
  }

  /// From the loop to the client.
  private func pumpOutward() -> Bool {
    while true {
      while outwardSent < outward.count {
        switch session.send(outward, from: outwardSent) {
        case .moved(let count): outwardSent += count
        case .wantsInput: return true
        case .wantsOutput:
          wantsOutput = true
          return true
        case .ended, .failed: return false
        }
      }
      outward.truncate(to: 0)
      outwardSent = 0
      if loopEnded { return sayEnd() }
      switch Sockets.receive(inner, into: &outward) {
      case .moved: continue
      case .wouldBlock: return true
      case .ended, .failed: loopEnded = true
      }
    }
  }

  /// Tells the client that nothing follows; false where it has said the same.
  private func sayEnd() -> Bool {
    if !hasSaidEnd {
      hasSaidEnd = true
      session.finish()
      Sockets.finishWriting(outer)
    }
    return !clientEnded
  }

  func close() {
    Sockets.close(inner)
    Sockets.close(outer)
  }
}
