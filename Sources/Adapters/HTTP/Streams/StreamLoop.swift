// Safety: `@unchecked Sendable` because `adopt`, `wake` and `stop` touch only the Poller, the
// locked inbox and atomics, and everything else belongs to the thread inside `run`. The thread's
// name is a literal.

import CLinux
import Synchronization

/// What a `StreamLoop` serves; all calls come on the loop's thread.
package protocol StreamApplication: AnyObject {
  /// A stream has joined; its name is the one that `adopt` returned.
  func joined(_ stream: StreamToken)

  /// Some time has passed while there are streams: the moment to send what is new.
  func tick()

  /// A stream is gone.
  func left(_ stream: StreamToken)
}

/// Pushes to many clients from one thread: connections that left an `HTTPLoop`.
///
/// What is sent to a client waits in its own buffer, of a bounded size; a client that takes nothing
/// for a minute is let go.
package final class StreamLoop: @unchecked Sendable {
  private struct Inbox {
    var joining: [(StreamToken, HandedConnection, StreamKind)] = []
    var dismissed: [(StreamToken, reason: String)] = []
    var nextNumber: UInt64 = 0
    var isStopping = false
  }

  private let poller: Poller
  private let inbox = Mutex(Inbox())
  private let open = Atomic<Int>(0)
  private var connections: [UInt64: StreamConnection] = [:]
  private var touched: Set<UInt64> = []
  private var nextTick: Int64 = 0
  private var nextCheck: Int64 = 0
  private var now = Clock.monotonicMilliseconds()

  package init() throws(HTTPError) { poller = try Poller() }

  deinit { for connection in connections.values { Sockets.close(connection.descriptor) } }

  /// Streams that there are, those that are joining included.
  package var count: Int { open.load(ordering: .relaxed) }

  /// Whether one more fits; to be asked before a client is promised a stream.
  package var hasRoom: Bool { count < StreamLimits.streams }

  /// A name for a stream to come; from any thread.
  package func makeToken() -> StreamToken {
    inbox.withLock { inbox in
      inbox.nextNumber += 1
      return StreamToken(number: inbox.nextNumber)
    }
  }

  /// Takes a connection over; from any thread.
  package func adopt(_ connection: HandedConnection, _ kind: StreamKind, as token: StreamToken) {
    open.add(1, ordering: .relaxed)
    let isTaken = inbox.withLock { inbox in
      guard !inbox.isStopping else { return false }
      inbox.joining.append((token, connection, kind))
      return true
    }
    if isTaken { return poller.wake() }
    open.subtract(1, ordering: .relaxed)
    Sockets.close(connection.descriptor)
  }

  /// Ends a stream whose client may not have it any more, and says why; from any thread.
  ///
  /// A WebSocket is told by the code 1008, events by one of the name `end`.
  package func dismiss(_ stream: StreamToken, reason: String) {
    inbox.withLock { $0.dismissed.append((stream, reason)) }
    poller.wake()
  }

  /// Ends `run`; from any thread.
  package func stop() {
    inbox.withLock { $0.isStopping = true }
    poller.wake()
  }

  /// Bytes that may be sent to a stream now; 0 where it is gone.
  package func room(_ stream: StreamToken) -> Int {
    guard let connection = connections[stream.number], !connection.isEnding else { return 0 }
    return max(0, StreamLimits.outputBytes - connection.unsent)
  }

  /// Sends whole messages or events to a stream that has room for them.
  package func send(_ bytes: borrowing Span<UInt8>, to stream: StreamToken) {
    guard let connection = connections[stream.number], !connection.isEnding else { return }
    if connection.sent > StreamLimits.outputBytes / 4 || connection.sent == connection.output.count
    {
      connection.output.remove(0..<connection.sent)
      connection.sent = 0
    }
    connection.output.append(bytes)
    touched.insert(stream.number)
  }

  /// Ends a stream once everything is sent; WebSockets are told why by a code (RFC 6455, 7.4.1).
  package func end(_ stream: StreamToken, code: UInt16, reason: String = "") {
    guard let connection = connections[stream.number] else { return }
    connection.session?.close(code, reason)
    connection.collectControl()
    connection.isEnding = true
    touched.insert(stream.number)
  }

  private func endDismissed() {
    let dismissed = inbox.withLock { inbox in
      defer { inbox.dismissed.removeAll() }
      return inbox.dismissed
    }
    for (stream, reason) in dismissed {
      if connections[stream.number]?.kind == .events {
        send(Array("event: end\ndata: {\"end\":\"\(reason)\"}\n\n".utf8).span, to: stream)
      }
      end(stream, code: StreamLoop.policyViolation, reason: reason)
    }
  }

  /// RFC 6455, 7.4.1.
  private static let policyViolation: UInt16 = 1008

  /// Serves until `stop` is called; then every client is told that the server goes.
  ///
  /// The thread gets a name and a low priority: nobody waits for it.
  package func run(_ application: some StreamApplication) {
    unsafe clinux_name_thread("streams")
    clinux_nice_thread(10)
    while true {
      let count = poller.wait(milliseconds: timeout())
      now = Clock.monotonicMilliseconds()
      for index in 0..<count {
        if let (tag, interest) = poller.event(index) { serve(tag, interest, application) }
      }
      let isStopping = takeIn(application)
      endDismissed()
      if !connections.isEmpty, now >= nextTick {
        nextTick = now + tickMilliseconds
        application.tick()
      }
      if now >= nextCheck { lookAfter(application) }
      if isStopping {
        for number in connections.keys { end(StreamToken(number: number), code: 1001) }
      }
      let numbers = touched
      touched.removeAll(keepingCapacity: true)
      for number in numbers { flush(number, application) }
      if isStopping { return leaveAll(application) }
    }
  }

  /// The more clients, the fewer and larger their messages.
  private var tickMilliseconds: Int64 { min(100, 20 + Int64(connections.count) / 10) }

  private func timeout() -> Int64? {
    connections.isEmpty ? nil : max(0, min(nextTick, nextCheck) - now)
  }

  /// Takes in the streams that are joining; whether the loop is to end.
  private func takeIn(_ application: some StreamApplication) -> Bool {
    let (joining, isStopping) = inbox.withLock { inbox in
      defer { inbox.joining.removeAll() }
      return (inbox.joining, inbox.isStopping)
    }
    for (token, handed, kind) in joining {
      let connection = StreamConnection(token, handed, kind, now: now)
      // Without memory for a session, or room in the system, there is no stream.
      guard (connection.session == nil) == (kind != .webSocket),
        poller.add(handed.descriptor, .input, tag: token.number)
      else {
        Sockets.close(handed.descriptor)
        open.subtract(1, ordering: .relaxed)
        continue
      }
      connections[token.number] = connection
      application.joined(token)
      touched.insert(token.number)
      if let session = connection.session, !handed.unread.isEmpty {
        if !session.take(handed.unread) { connection.isEnding = true }
        connection.collectControl()
      }
    }
    return isStopping
  }

  private func serve(
    _ number: UInt64,
    _ interest: Poller.Interest,
    _ application: some StreamApplication
  ) {
    guard let connection = connections[number] else { return }
    if !interest.isDisjoint(with: .broken) { return leave(connection, application) }
    if interest.contains(.input), !receive(connection) { return leave(connection, application) }
    touched.insert(number)
  }

  /// Reads what a client says; false where it is gone.
  private func receive(_ connection: StreamConnection) -> Bool {
    var input = ByteBuffer(capacity: 16 << 10, limit: 16 << 10)
    switch Sockets.receive(connection.descriptor, into: &input) {
    case .wouldBlock: return true
    case .ended, .failed: return false
    case .moved: break
    }
    connection.heardAt = now
    guard let session = connection.session, !connection.isEnding else { return true }
    if !session.take(input.array(0..<input.count)) { connection.isEnding = true }
    connection.collectControl()
    return true
  }

  private func flush(_ number: UInt64, _ application: some StreamApplication) {
    guard let connection = connections[number] else { return }
    while connection.unsent > 0 {
      switch Sockets.send(connection.descriptor, connection.output, from: connection.sent) {
      case .moved(let bytes): connection.sent += bytes
      case .wouldBlock:
        if connection.blockedSince == nil { connection.blockedSince = now }
        return watch(connection, [.input, .output])
      case .ended, .failed: return leave(connection, application)
      }
    }
    connection.blockedSince = nil
    if connection.isEnding { return leave(connection, application) }
    watch(connection, .input)
  }

  private func watch(_ connection: StreamConnection, _ interest: Poller.Interest) {
    guard interest != connection.interest else { return }
    connection.interest = interest
    poller.change(connection.descriptor, interest, tag: connection.token.number)
  }

  /// Asks the silent for a sign of life, and lets go who gives none.
  private func lookAfter(_ application: some StreamApplication) {
    nextCheck = now + StreamLimits.pingMilliseconds / 2
    for connection in Array(connections.values) {
      let standstill = connection.blockedSince.map { now - $0 } ?? 0
      let silence = connection.session == nil ? 0 : now - connection.heardAt
      if max(standstill, silence) > StreamLimits.goneMilliseconds {
        leave(connection, application)
      } else if connection.session == nil {
        // A comment, by which a proxy in between sees that the stream lives.
        if connection.kind == .events, connection.unsent == 0 {
          send([0x3A, 0x0A, 0x0A].span, to: connection.token)
        }
      } else if silence > StreamLimits.pingMilliseconds {
        connection.session?.ping()
        connection.collectControl()
        touched.insert(connection.token.number)
      }
    }
  }

  private func leave(_ connection: StreamConnection, _ application: some StreamApplication) {
    connections[connection.token.number] = nil
    poller.remove(connection.descriptor)
    Sockets.close(connection.descriptor)
    open.subtract(1, ordering: .relaxed)
    application.left(connection.token)
  }

  private func leaveAll(_ application: some StreamApplication) {
    for connection in Array(connections.values) { leave(connection, application) }
  }
}
