import HTTP
import Pipeline
import Storage
import Synchronization

/// By what right a stream is open.
struct StreamPass {
  let client: Client
  let needed: Permission
  /// What the client's token said; nil where it came by a key.
  let claims: TokenClaims?
  /// How often the client's key had been replaced or revoked by then.
  private let secretChanges: Int

  init(_ client: Client, _ needed: Permission, _ claims: TokenClaims?) {
    self.client = client
    self.needed = needed
    self.claims = claims
    secretChanges = client.secretChanges
  }

  /// µs since 1970; nil where time alone does not end it.
  var end: Int64? {
    claims.map { $0.expires * 1_000_000 } ?? client.expires
  }

  /// Whether key and permissions are still those of then, at a time (µs since 1970).
  func isValid(at time: Int64) -> Bool {
    client.secretChanges == secretChanges && client.permissions.contains(needed)
      && end.map { time < $0 } ?? true
  }
}

/// The passes of the streams of one loop: those whose right ends are ended.
///
/// No event asks for them. They are gone through when a key or a user has changed, and when the
/// first of them ends by itself.
final class StreamPasses: @unchecked Sendable {
  // Safety: `gone` is locked; everything else belongs to the thread of the HTTP loop.

  static let reason = "the key or the token is not valid any more"

  private let streams: StreamLoop
  private var passes: [StreamToken: StreamPass] = [:]
  private let gone = Mutex<[StreamToken]>([])

  init(_ streams: StreamLoop) { self.streams = streams }

  /// Notes a stream that is being opened; one without a pass is open to everybody.
  func open(_ stream: StreamToken, _ pass: StreamPass?) {
    forgetGone()
    passes[stream] = pass
  }

  /// Says that a stream is gone; from the streams' thread.
  func left(_ stream: StreamToken) { gone.withLock { $0.append(stream) } }

  /// Ends the streams whose right has ended at a time (µs since 1970); when the next one ends.
  func review(at time: Int64, _ isValid: (StreamPass) -> Bool) -> Int64? {
    forgetGone()
    for (stream, pass) in passes where !isValid(pass) {
      streams.dismiss(stream, reason: StreamPasses.reason)
      passes[stream] = nil
    }
    return passes.values.compactMap(\.end).min()
  }

  private func forgetGone() {
    let left = gone.withLock { gone in
      defer { gone.removeAll() }
      return gone
    }
    for stream in left { passes[stream] = nil }
  }
}

extension Gateway {
  /// Notes by what right the request's stream is opened.
  func admit(_ stream: StreamToken, to passes: StreamPasses) {
    // Who comes by an address alone has no permission that could end.
    let isKnown = caller.permissions.contains(.read)
    let pass = isKnown ? StreamPass(caller, .read, claims) : nil
    passes.open(stream, pass)
    if let end = pass?.end { identity.look(by: end) }
  }

  /// Ends the streams of those who may not have them any more.
  func reviewStreams() {
    let time = Clocks.wallMicroseconds()
    for passes in [live.passes, jobHub.passes] {
      let next = passes.review(at: time) { clients.isValid($0, at: time) }
      if let next { identity.look(by: next) }
    }
  }
}
