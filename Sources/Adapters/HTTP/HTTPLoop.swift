// Safety: `@unchecked Sendable` because `wake` and `stop` touch only the Poller and an atomic, and
// everything else belongs to the thread inside `run`, before it to the thread that made the loop.

import Glibc
import Synchronization

/// An HTTP/1.1 server on one thread: its listening sockets, one epoll, one application.
///
///     let loop = try HTTPLoop(port: 8080)
///     loop.run(application)        // returns after `stop`
package final class HTTPLoop: @unchecked Sendable {
  /// The ports that are listened on, in the order asked for; chosen by the system where 0 was.
  package let ports: [UInt16]
  /// The bounds in force.
  package let limits: Limits

  /// Is told of each answer to an application's request when it is written: the request, how the
  /// answer names it (0: as its client does), the status, and the bytes of its body.
  package var served: ((RequestToken, UInt64, Int, Int) -> Void)?
  /// Counts up from a random start, so that two processes name no two requests alike.
  var requestNumber = UInt64.random(in: 1...UInt64.max / 2)
  let poller: Poller
  /// The listening sockets, by the numbers of their ports; none once stopping.
  var listeners: [Int32]
  /// When accepting resumes after the process ran out of descriptors or slots.
  var acceptResumes: Int64?
  var connections: [Connection] = []
  var vacant: [Int] = []
  /// Memory that input buffers have above their first size.
  var largeRequestBytes = 0
  /// Open connections that are only being told 503.
  var refusedCount = 0
  var wheel: DeadlineWheel
  var pool: BufferPool
  /// Slots whose deferred request was answered since the list was last emptied.
  var answered: [Int] = []
  private var due: [Int] = []
  var scratch: ByteBuffer
  var now: Int64
  var date: DateLine
  private var dateSecond: Int64
  /// Once stopping, when what is left is cut off.
  var drainEnds: Int64?
  private let stopRequest = Atomic<Int>(-1)
  /// Connections that somebody else took in.
  private let handedIn = Mutex<[(descriptor: Int32, peer: PeerAddress, listener: Int)]>([])
  /// The first listener's tag in events; the further ones count down from it.
  static let listenerTag = UInt64.max - 1
  /// Ports that one loop listens on.
  package static let portsMax = 32

  /// The first port.
  package var port: UInt16 { ports[0] }

  /// Binds and listens; clients are served once `run` is called.
  ///
  /// A request says by its `listener` which of the ports it came by: 0 is `port`.
  package convenience init(
    address: String = "127.0.0.1",
    port: UInt16 = 0,
    andPorts further: [UInt16] = [],
    limits: Limits = Limits()
  ) throws(HTTPError) {
    precondition(further.count < HTTPLoop.portsMax, "a loop listens on few ports")
    let (listeners, ports) = try Sockets.listen(address: address, ports: [port] + further)
    try self.init(limits: limits, listeners: listeners, ports: ports)
  }

  private init(limits: Limits, listeners: [Int32], ports: [UInt16]) throws(HTTPError) {
    precondition(limits.headBytes <= 64 << 10, "libhttp-parser itself refuses heads above 80 KiB")
    self.limits = limits
    self.listeners = listeners
    self.ports = ports
    poller = try Poller()
    now = Clock.monotonicMilliseconds()
    date = DateLine(unixSeconds: Clock.unixSeconds())
    dateSecond = now / 1000
    let slots = limits.slots
    wheel = DeadlineWheel(slots: slots, now: now)
    pool = BufferPool(bufferBytes: limits.bufferBytes, capacity: limits.sparePoolBuffers)
    scratch = ByteBuffer(capacity: 64 << 10, limit: 64 << 10)
    answered.reserveCapacity(slots)
    due.reserveCapacity(slots)
    vacant.reserveCapacity(slots)
    resumeAccepting()
  }

  deinit {
    for listener in listeners { Sockets.close(listener) }
    for connection in connections where connection.phase != .vacant {
      Sockets.close(connection.descriptor)
    }
  }

  /// Makes the loop call the application's `woken` soon; from any thread.
  package func wake() { poller.wake() }

  /// A loop whose connections somebody else takes in, on ports that it listens on.
  package convenience init(behind front: TLSFront, limits: Limits = Limits()) throws(HTTPError) {
    try self.init(limits: limits, listeners: [], ports: front.ports)
  }

  /// Serves a connection that somebody else took in; from any thread.
  func adopt(_ descriptor: Int32, _ peer: PeerAddress, _ listener: Int) {
    handedIn.withLock { $0.append((descriptor, peer, listener)) }
    poller.wake()
  }

  /// Ends `run` once what is in flight is answered; from any thread.
  ///
  /// Nothing more is accepted; what is left after `drainMilliseconds` is cut off.
  package func stop(drainMilliseconds: Int) {
    stopRequest.store(max(0, drainMilliseconds), ordering: .releasing)
    poller.wake()
  }

  /// Answers a deferred request; false if the token is stale and nothing was written.
  ///
  /// On the loop's thread only, from `woken` or `roundEnded`. The answer is sent when that returns.
  @discardableResult
  package func answer(_ token: RequestToken, _ write: (inout HTTPAnswer) -> Void) -> Bool {
    guard let connection = deferred(token) else { return false }
    var answer = startAnswer(connection)
    write(&answer)
    finishAnswer(connection, answer)
    list(connection)
    return true
  }

  /// Answers a deferred request with a stream; false if the token is stale.
  ///
  /// `write` gives the head. On the loop's thread only, as `answer`.
  @discardableResult
  package func handOver(
    _ token: RequestToken,
    to streams: StreamLoop,
    _ kind: StreamKind,
    as stream: StreamToken,
    _ write: (inout HTTPAnswer) -> Void
  ) -> Bool {
    guard let connection = deferred(token) else { return false }
    var answer = startAnswer(connection)
    write(&answer)
    handOver(connection, answer, to: streams, kind, as: stream)
    return true
  }

  /// Lets the connection of a deferred request go with nothing answered; nil if the token is stale.
  ///
  /// On the loop's thread only, as `answer`.
  package func handOver(_ token: RequestToken) -> HandedConnection? {
    deferred(token).map { handOver($0) }
  }

  /// The connection of a deferred request; nil if the token is stale.
  private func deferred(_ token: RequestToken) -> Connection? {
    let slot = Int(token.slot)
    guard slot >= 0, slot < connections.count else { return nil }
    let connection = connections[slot]
    guard connection.phase == .deferred, connection.generation == token.generation else {
      return nil
    }
    return connection
  }

  /// Serves until `stop` is called and everything is answered or cut off.
  package func run(_ application: any HTTPApplication) {
    while !hasDrained(application) {
      let count = poller.wait(milliseconds: timeout())
      readClocks()
      var isWoken = false
      for index in 0..<count {
        guard let (tag, interest) = poller.event(index) else {
          isWoken = true
          continue
        }
        if tag > Self.listenerTag - UInt64(Self.portsMax) {
          acceptAll(Int(Self.listenerTag - tag))
        } else {
          serve(tag, interest, application)
        }
      }
      if isWoken { woken(application) }
      settleAnswered(application)
      wheel.expire(now: now, into: &due)
      while let slot = due.popLast() { expire(connections[slot], application) }
      if let resumes = acceptResumes, resumes <= now { resumeAccepting() }
      application.roundEnded(self)
      while !answered.isEmpty {
        settleAnswered(application)
        application.roundEnded(self)
      }
    }
  }

  private func woken(_ application: any HTTPApplication) {
    let arrived = handedIn.withLock { arrived in
      defer { arrived.removeAll() }
      return arrived
    }
    for one in arrived { take(one.descriptor, one.peer, one.listener) }
    application.woken(self)
    let drain = stopRequest.exchange(-1, ordering: .acquiring)
    if drain >= 0 && drainEnds == nil { startDraining(Int64(drain), application) }
  }

  /// Sends the answers that came in and goes on with the requests behind them.
  private func settleAnswered(_ application: any HTTPApplication) {
    while let slot = answered.popLast() {
      let connection = connections[slot]
      connection.isListed = false
      if connection.phase != .vacant { advance(connection, application) }
    }
  }

  private func timeout() -> Int64? {
    var delay = wheel.delay(now: now)
    for moment in [acceptResumes, drainEnds] {
      guard let moment else { continue }
      delay = min(delay ?? .max, max(0, moment - now))
    }
    return delay
  }

  private func readClocks() {
    now = Clock.monotonicMilliseconds()
    guard now / 1000 != dateSecond else { return }
    dateSecond = now / 1000
    date = DateLine(unixSeconds: Clock.unixSeconds())
  }
}
