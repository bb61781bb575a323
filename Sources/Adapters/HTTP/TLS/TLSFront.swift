// Safety: `@unchecked Sendable` because `replace` and `stop` touch only the Poller and the locked
// state, and everything else belongs to the thread inside `run`. The thread's name is a literal.

import CLinux
import Synchronization

/// Takes clients in over TLS and hands what they say, in the clear, to an `HTTPLoop`.
///
/// It has a thread of its own, so that the arithmetic of agreeing on keys (a millisecond and more
/// a client) never holds up a decision. A client and the loop are joined by a pair of sockets.
package final class TLSFront: @unchecked Sendable {
  /// How long a client may take to agree on keys, and to end once all is said, ms.
  private static let agreeMilliseconds: Int64 = 10_000
  private static let lingerMilliseconds: Int64 = 2000
  private static let acceptsPerRound = 64
  private static let listenerTag = UInt64.max - 1

  private struct State {
    var context: TLSContext
    var isStopping = false
    var isClosed = false
  }

  /// The ports that are listened on.
  package let ports: [UInt16]

  private let listeners: [Int32]
  private let poller: Poller
  private let state: Mutex<State>
  private let connectionsMax: Int
  private var connections: [UInt64: TLSConnection] = [:]
  private var nextNumber: UInt64 = 0
  private var now = Clock.monotonicMilliseconds()
  private var isListening = true

  /// Listens on ports of an address; what comes in is served once `run` is called.
  package init(
    _ context: TLSContext,
    address: String,
    ports: [UInt16],
    connectionsMax: Int
  ) throws(HTTPError) {
    poller = try Poller()
    (listeners, self.ports) = try Sockets.listen(address: address, ports: ports)
    state = Mutex(State(context: context))
    self.connectionsMax = connectionsMax
    for (number, listener) in listeners.enumerated() {
      poller.add(listener, .input, tag: Self.listenerTag - UInt64(number))
    }
  }

  deinit { if isListening { for listener in listeners { Sockets.close(listener) } } }

  /// Uses another certificate for clients to come; from any thread.
  package func replace(_ context: TLSContext) { state.withLock { $0.context = context } }

  /// Takes nobody in any more; who is there stays until the loop ends them.
  ///
  /// From any thread.
  package func stopAccepting() {
    state.withLock { $0.isClosed = true }
    poller.wake()
  }

  /// Ends `run` and every connection; from any thread.
  package func stop() {
    state.withLock { $0.isStopping = true }
    poller.wake()
  }

  /// Serves until `stop` is called.
  package func run(_ loop: HTTPLoop) {
    unsafe clinux_name_thread("tls")
    while true {
      let count = poller.wait(milliseconds: connections.isEmpty ? nil : 500)
      now = Clock.monotonicMilliseconds()
      for index in 0..<count {
        guard let (tag, _) = poller.event(index) else { continue }
        if tag > Self.listenerTag - UInt64(HTTPLoop.portsMax) {
          accept(Int(Self.listenerTag - tag), loop)
        } else {
          pump(tag >> 1)
        }
      }
      let (isStopping, isClosed) = state.withLock { ($0.isStopping, $0.isClosed) }
      if isClosed || isStopping { stopListening() }
      for (number, connection) in connections where connection.isOverdue(now) { leave(number) }
      guard isStopping else { continue }
      for number in Array(connections.keys) { leave(number) }
      return
    }
  }

  private func stopListening() {
    guard isListening else { return }
    isListening = false
    for listener in listeners {
      poller.remove(listener)
      Sockets.close(listener)
    }
  }

  private func accept(_ listener: Int, _ loop: HTTPLoop) {
    for _ in 0..<Self.acceptsPerRound where isListening {
      guard case .accepted(let descriptor, let peer) = Sockets.accept(listeners[listener]) else {
        return
      }
      let context = state.withLock { $0.context }
      guard connections.count < connectionsMax, let (near, far) = Sockets.pair(),
        let connection = TLSConnection(
          context,
          descriptor,
          near,
          until: now + Self.agreeMilliseconds
        )
      else {
        Sockets.close(descriptor)
        continue
      }
      connection.introduce = { loop.adopt(far, peer, listener) }
      nextNumber += 1
      connections[nextNumber] = connection
      poller.add(descriptor, .input, tag: nextNumber << 1)
      poller.add(near, [], tag: nextNumber << 1 | 1)
      connection.interests = (.input, [])
      pump(nextNumber)
    }
  }

  /// Moves what can be moved, both ways.
  private func pump(_ number: UInt64) {
    guard let connection = connections[number] else { return }
    guard connection.pump() else { return leave(number) }
    if connection.isFinished, connection.deadline == nil {
      connection.deadline = now + Self.lingerMilliseconds
    }
    let (outer, inner) = connection.wanted
    if outer != connection.interests.outer {
      poller.change(connection.outer, outer, tag: number << 1)
    }
    if connection.loopEnded, connection.isInnerWatched {
      connection.isInnerWatched = false
      poller.remove(connection.inner)
    } else if connection.isInnerWatched, inner != connection.interests.inner {
      poller.change(connection.inner, inner, tag: number << 1 | 1)
    }
    connection.interests = (outer, inner)
  }

  private func leave(_ number: UInt64) {
    guard let connection = connections.removeValue(forKey: number) else { return }
    poller.remove(connection.outer)
    if connection.isInnerWatched { poller.remove(connection.inner) }
    connection.close()
  }
}
