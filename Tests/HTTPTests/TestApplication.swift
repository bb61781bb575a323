import Foundation
import HTTP
import Synchronization

/// Echoes bodies, defers to another thread, and counts what happens to it.
final class TestApplication: HTTPApplication, Sendable {
  struct Counts: Equatable {
    var received = 0
    var deferred = 0
    var expired = 0
    var abandoned = 0
    var woken = 0
    var late = 0
    var batches: [Int] = []
  }

  private struct State {
    var counts = Counts()
    /// Deferred in this round.
    var round: [RequestToken] = []
    /// Finished by the other thread.
    var finished: [RequestToken] = []
    /// Deferred without an end.
    var kept: [RequestToken] = []
    var withheld: [RequestToken] = []
  }

  private let state = Mutex(State())
  private let loop = Mutex<HTTPLoop?>(nil)
  private let router: Router

  init() {
    var router = Router()
    router.add(.post, "/echo", handler: 0)
    router.add(.get, "/hello", handler: 1)
    router.add(.post, "/later", handler: 2)
    router.add(.get, "/never", handler: 3)
    router.add(.get, "/large", handler: 4)
    router.add(.get, "/things/{id}", handler: 5)
    self.router = router
  }

  func attach(_ loop: HTTPLoop) { self.loop.withLock { $0 = loop } }
  func detach() { loop.withLock { $0 = nil } }
  var counts: Counts { state.withLock { $0.counts } }

  /// Answers what `/never` kept, from another thread.
  func finishKept() {
    state.withLock {
      $0.finished += $0.kept
      $0.kept = []
    }
    loop.withLock { $0 }?.wake()
  }

  /// Puts aside what `/never` kept, until `finishWithheld`.
  func withholdKept() {
    state.withLock {
      $0.withheld = $0.kept
      $0.kept = []
    }
  }

  func finishWithheld() {
    state.withLock {
      $0.finished += $0.withheld
      $0.withheld = []
    }
    loop.withLock { $0 }?.wake()
  }

  func receive(
    _ request: borrowing HTTPRequest,
    token: RequestToken,
    answer: inout HTTPAnswer
  ) -> Reception {
    state.withLock { $0.counts.received += 1 }
    switch router.match(request) {
    case .notFound: answer.fail(404, "not_found", "Nothing is here.")
    case .methodNotAllowed(let allow):
      answer.start(405)
      answer.header("Allow", allow)
      answer.appendFailure("method_not_allowed", "Not with this method.")
    case .found(let handler, let segments):
      return serve(handler, segments[0], request, token, &answer)
    }
    return .answered
  }

  private func serve(
    _ handler: Int,
    _ segment: PathSegment,
    _ request: borrowing HTTPRequest,
    _ token: RequestToken,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    let milliseconds = request.value(of: "ms").flatMap { Int($0) } ?? 5_000
    switch handler {
    case 2:
      state.withLock {
        $0.counts.deferred += 1
        $0.round.append(token)
      }
      return .later(milliseconds: milliseconds)
    case 3:
      state.withLock {
        $0.counts.deferred += 1
        $0.kept.append(token)
      }
      return .later(milliseconds: milliseconds)
    case 4:
      answer.start(200, type: "text/plain")
      let block = [UInt8](repeating: 0x61, count: 1 << 20)
      for _ in 0..<(request.value(of: "mib").flatMap { Int($0) } ?? 10) { answer.append(block) }
    case 5:
      answer.start(200, type: "text/plain")
      answer.append(request.text(of: segment) ?? "undecodable")
    default:
      answer.start(200, type: "text/plain")
      request.withBody { body in
        for offset in body.byteOffsets {
          answer.append(byte: body.byte(offset))
        }
      }
      if handler == 1 { answer.append("hello") }
    }
    return .answered
  }

  func roundEnded(_ loop: HTTPLoop) {
    let batch = state.withLock { state in
      defer { state.round = [] }
      if !state.round.isEmpty { state.counts.batches.append(state.round.count) }
      return state.round
    }
    guard !batch.isEmpty else { return }
    DispatchQueue.global().async { [self] in
      state.withLock { $0.finished += batch }
      loop.wake()
    }
  }

  func woken(_ loop: HTTPLoop) {
    let finished = state.withLock { state in
      state.counts.woken += 1
      defer { state.finished = [] }
      return state.finished
    }
    for token in finished {
      let isFresh = loop.answer(token) { answer in
        answer.start(200, type: "text/plain")
        answer.append("later")
      }
      if !isFresh { state.withLock { $0.counts.late += 1 } }
    }
  }

  func expired(_ token: RequestToken, answer: inout HTTPAnswer) {
    state.withLock { $0.counts.expired += 1 }
    answer.fail(504, "deadline", "Too late.")
  }

  func abandoned(_ token: RequestToken) {
    state.withLock { $0.counts.abandoned += 1 }
  }
}
