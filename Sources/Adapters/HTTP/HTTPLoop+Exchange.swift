extension HTTPLoop {
  /// Something happened on a connection, unless the slot has changed hands since.
  func serve(_ tag: UInt64, _ interest: Poller.Interest, _ application: any HTTPApplication) {
    let connection = connections[Int(tag & 0xFFFF_FFFF)]
    guard connection.phase != .vacant, connection.epoch == UInt32(tag >> 32) else { return }
    if !interest.isDisjoint(with: .broken) {
      close(connection, application)
    } else if connection.phase == .lingering {
      discardInput(connection, application)
    } else if interest.contains(.output) {
      advance(connection, application)
    } else {
      receive(connection, application)
    }
  }

  /// Reads once what the client sent.
  func receive(_ connection: Connection, _ application: any HTTPApplication) {
    guard makeRoom(connection) else {
      // Behind a deferred request, further ones wait in the socket once the buffer is full.
      if connection.phase == .reading { refuse(connection, .outOfMemory) }
      return advance(connection, application)
    }
    switch Sockets.receive(connection.descriptor, into: &connection.input) {
    case .moved: break
    case .ended: connection.inputEnded = true
    case .wouldBlock: return settle(connection, application)
    case .failed: return close(connection, application)
    }
    advance(connection, application)
  }

  /// Room to read into; a deferred request gets no more than its first buffer.
  private func makeRoom(_ connection: Connection) -> Bool {
    if connection.input.capacity == 0 {
      connection.input = pool.take(limit: inputLimit)
      return true
    }
    if connection.input.room > 0 { return true }
    if connection.parser.start > 0 { connection.parser.compact(&connection.input) }
    if connection.input.room > 0 { return true }
    return connection.phase == .reading && grow(connection)
  }

  private func grow(_ connection: Connection) -> Bool {
    let before = connection.input.capacity
    guard largeRequestBytes + before <= limits.largeRequestBytes else { return false }
    let hasGrown = connection.input.makeRoom(1)
    precondition(hasGrown, "a request within the limits has room")
    largeRequestBytes += connection.input.capacity - before
    return true
  }

  /// Head, body and trailers at their limits, with an empty line before and a chunk line between.
  private var inputLimit: Int {
    2 * limits.headBytes + limits.bodyBytes + limits.chunkLineBytes + 4
  }

  /// Serves what is complete in the input, sends what is ready, and settles for the present state.
  func advance(_ connection: Connection, _ application: any HTTPApplication) {
    var isStalled = false
    repeat {
      while connection.phase == .reading && !connection.outputBlocked && !isStalled
        && connection.unsent < limits.collectedAnswerBytes
      {
        isStalled = step(connection, application)
      }
      guard flush(connection) else { return close(connection, application) }
    } while connection.phase == .reading && !connection.outputBlocked && !isStalled
    settle(connection, application)
  }

  /// Serves at most one request; true when more bytes are needed first.
  private func step(_ connection: Connection, _ application: any HTTPApplication) -> Bool {
    guard connection.unread > 0 else { return true }
    switch connection.parser.advance(&connection.input, limits) {
    case .needsMore: return true
    case .wantsContinue:
      takeOutput(connection)
      connection.output.append("HTTP/1.1 100 Continue\r\n\r\n")
    case .refused(let refusal): refuse(connection, refusal)
    case .complete: deliver(connection, application)
    case .apart(let length): deliver(connection, application, apart: length)
    }
    return false
  }

  /// Gives a request to the application; behind a body that is `apart` nothing can follow.
  private func deliver(
    _ connection: Connection,
    _ application: any HTTPApplication,
    apart length: TakenConnection.Length? = nil
  ) {
    connection.exchange = Exchange(
      isHead: connection.parser.method == .head,
      minorVersion: connection.parser.scan.minorVersion,
      closes: length != nil || !connection.parser.keepsAlive,
      number: requestNumber
    )
    requestNumber += 1
    connection.generation &+= 1
    connection.timer = .none
    var answer = startAnswer(connection)
    let request = HTTPRequest(
      connection.parser,
      connection.input,
      from: connection.peer,
      by: connection.listener
    )
    let reception = application.receive(request, token: connection.token, answer: &answer)
    if case .taken(let take) = reception { return letGo(connection, answer, length, take) }
    connection.parser.next(&connection.input)
    switch reception {
    case .taken: break
    case .answered: finishAnswer(connection, answer)
    case .later(let milliseconds):
      connection.exchange.fields = answer.fields
      connection.exchange.number = answer.number
      connection.output = answer.discard()
      connection.phase = .deferred
      connection.answerMilliseconds = max(1, milliseconds)
    case .handedOver(let streams, let kind, let token):
      handOver(connection, answer, to: streams, kind, as: token)
    }
  }

  /// Lets a connection go to somebody who reads the body, all of which may be here already.
  private func letGo(
    _ connection: Connection,
    _ answer: consuming HTTPAnswer,
    _ length: TakenConnection.Length?,
    _ take: (TakenConnection) -> Void
  ) {
    let parser = connection.parser
    let bodyEnd = length == nil ? parser.bodyStart + parser.bodyLength : connection.input.count
    let isAwaited = parser.scan.expectsContinue && parser.scan.minorVersion == 1
    let fields = answer.fields
    connection.output = answer.discard()
    let taken = TakenConnection(
      descriptor: connection.descriptor,
      length: length ?? .bytes(parser.bodyLength),
      expectsContinue: isAwaited && bodyEnd == parser.bodyStart && length != .bytes(0),
      unsent: connection.output.array(connection.sent..<connection.output.count),
      unread: connection.input.array(parser.bodyStart..<bodyEnd),
      fields: fields
    )
    release(connection)
    take(taken)
  }

  /// Lets a connection go to a loop of streams after the head of an answer without end.
  func handOver(
    _ connection: Connection,
    _ answer: consuming HTTPAnswer,
    to streams: StreamLoop,
    _ kind: StreamKind,
    as token: StreamToken
  ) {
    served?(connection.token, answer.number, answer.status, 0)
    connection.output = answer.finishStream()
    streams.adopt(handOver(connection), kind, as: token)
  }

  /// Lets a connection go with what was read of it and not sent to it.
  func handOver(_ connection: Connection) -> HandedConnection {
    let handed = HandedConnection(
      descriptor: connection.descriptor,
      unread: connection.input.array(connection.parser.start..<connection.input.count),
      unsent: connection.output.array(connection.sent..<connection.output.count)
    )
    release(connection)
    return handed
  }

  /// An answer that takes over the connection's output until `finishAnswer`.
  func startAnswer(_ connection: Connection) -> HTTPAnswer {
    takeOutput(connection)
    if drainEnds != nil { connection.exchange.closes = true }
    var output = ByteBuffer()
    swap(&output, &connection.output)
    return HTTPAnswer(output: output, date: date, to: connection.exchange)
  }

  /// Puts the written answer back into the connection and ends the request.
  func finishAnswer(_ connection: Connection, _ answer: consuming HTTPAnswer) {
    let (number, status) = (answer.number, answer.status)
    connection.output = answer.finish(&connection.exchange)
    served?(connection.token, number, status, connection.exchange.bodyBytes)
    connection.phase = connection.exchange.closes ? .closing : .reading
    connection.generation &+= 1
    connection.hasServed = true
    connection.timer = .none
  }

  /// Answers without the application; the connection ends.
  func refuse(_ connection: Connection, _ refusal: Refusal) {
    connection.exchange = Exchange(isHead: false, minorVersion: 1, closes: true)
    var answer = startAnswer(connection)
    answer.start(refusal.status)
    if refusal == .unknownMethod { answer.header("Allow", HTTPMethod.allowed) }
    answer.appendFailure(refusal.code, refusal.message)
    finishAnswer(connection, answer)
  }

  private func takeOutput(_ connection: Connection) {
    guard connection.output.capacity == 0 else { return }
    connection.output = pool.take(limit: limits.answerBytes + limits.collectedAnswerBytes)
  }

  /// Sends what the socket takes; false when the connection broke.
  private func flush(_ connection: Connection) -> Bool {
    while connection.unsent > 0 {
      switch Sockets.send(connection.descriptor, connection.output, from: connection.sent) {
      case .moved(let bytes): connection.sent += bytes
      case .wouldBlock:
        connection.outputBlocked = true
        return true
      case .ended, .failed: return false
      }
    }
    connection.outputBlocked = false
    if connection.output.capacity > 0 { giveOutput(connection) }
    return true
  }

  func giveOutput(_ connection: Connection) {
    var output = ByteBuffer()
    swap(&output, &connection.output)
    pool.give(output)
    connection.sent = 0
  }

  func giveInput(_ connection: Connection) {
    var input = ByteBuffer()
    swap(&input, &connection.input)
    largeRequestBytes -= input.capacity - limits.bufferBytes
    pool.give(input)
    connection.parser.reset()
  }

  /// Brings buffers, deadline and interest in line with the state a round leaves.
  func settle(_ connection: Connection, _ application: any HTTPApplication) {
    if connection.phase == .vacant { return }
    if connection.phase == .closing && !connection.outputBlocked {
      if connection.inputEnded { return close(connection, application) }
      Sockets.finishWriting(connection.descriptor)
      connection.phase = .lingering
    }
    if connection.phase == .reading && connection.inputEnded && !connection.outputBlocked {
      return close(connection, application)
    }
    let isDone = connection.phase == .closing || connection.phase == .lingering
    if connection.input.capacity > 0 && (connection.unread == 0 || isDone) {
      giveInput(connection)
    }
    let timer = connection.wantedTimer
    if timer != connection.timer {
      connection.timer = timer
      wheel.set(connection.slot, at: now + Int64(milliseconds(timer, connection)))
    }
    let interest = connection.wantedInterest
    if interest != connection.interest {
      connection.interest = interest
      poller.change(connection.descriptor, interest, tag: connection.tag)
    }
  }

  private func milliseconds(_ timer: Connection.Timer, _ connection: Connection) -> Int {
    switch timer {
    case .none: 0
    case .idle: limits.idleMilliseconds
    case .head: limits.headMilliseconds
    case .body: limits.bodyMilliseconds
    case .answer: connection.answerMilliseconds
    case .write: limits.writeMilliseconds
    case .linger: limits.lingerMilliseconds
    }
  }
}
