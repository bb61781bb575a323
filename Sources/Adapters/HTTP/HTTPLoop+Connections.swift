extension HTTPLoop {
  /// Connections taken in at once, so that a flood of them does not starve the others.
  private static let acceptsPerRound = 256

  /// Takes waiting connections of one listener in; tells 503 to those above the limit.
  func acceptAll(_ number: Int) {
    for _ in 0..<Self.acceptsPerRound {
      guard number < listeners.count else { return }
      guard openCount < limits.slots else {
        return pauseAccepting()
      }
      switch Sockets.accept(listeners[number]) {
      case .accepted(let descriptor, let peer): open(descriptor, peer, number)
      case .exhausted: return pauseAccepting()
      case .none: return
      }
    }
  }

  /// Takes a connection in that somebody else accepted.
  func take(_ descriptor: Int32, _ peer: PeerAddress, _ number: Int) {
    guard openCount < limits.slots, drainEnds == nil else { return Sockets.close(descriptor) }
    open(descriptor, peer, number)
  }

  /// Connections that exist now.
  var openCount: Int { connections.count - vacant.count }

  private func pauseAccepting() {
    for listener in listeners { poller.remove(listener) }
    acceptResumes = now + Int64(limits.acceptPauseMilliseconds)
  }

  func resumeAccepting() {
    acceptResumes = nil
    for (number, listener) in listeners.enumerated() {
      poller.add(listener, .input, tag: Self.listenerTag - UInt64(number))
    }
  }

  private func open(_ descriptor: Int32, _ peer: PeerAddress, _ number: Int) {
    let isRefused = openCount - refusedCount >= limits.connections
    let connection: Connection
    if let slot = vacant.popLast() {
      connection = connections[slot]
    } else {
      connection = Connection(slot: connections.count)
      connections.append(connection)
    }
    connection.descriptor = descriptor
    connection.peer = peer
    connection.listener = number
    connection.epoch &+= 1
    connection.phase = .reading
    connection.interest = .input
    guard poller.add(descriptor, .input, tag: connection.tag) else {
      return vacate(connection, reset: false)
    }
    connection.timer = .head
    wheel.set(connection.slot, at: now + Int64(limits.headMilliseconds))
    if isRefused {
      connection.isRefused = true
      refusedCount += 1
      refuse(connection, .tooManyConnections)
      list(connection)
    }
  }

  /// Has the connection's output sent at the end of the round.
  func list(_ connection: Connection) {
    guard !connection.isListed else { return }
    connection.isListed = true
    answered.append(connection.slot)
  }

  /// Ends a connection at once.
  func close(
    _ connection: Connection,
    reset: Bool = false,
    _ application: any HTTPApplication
  ) {
    let token = connection.phase == .deferred ? connection.token : nil
    vacate(connection, reset: reset)
    if let token { application.abandoned(token) }
  }

  /// Lets a connection go without closing it: somebody else has its descriptor now.
  func release(_ connection: Connection) {
    poller.remove(connection.descriptor)
    empty(connection)
  }

  private func vacate(_ connection: Connection, reset: Bool) {
    if reset {
      Sockets.reset(connection.descriptor)
    } else {
      Sockets.close(connection.descriptor)
    }
    empty(connection)
  }

  private func empty(_ connection: Connection) {
    connection.descriptor = -1
    connection.phase = .vacant
    connection.generation &+= 1
    if connection.input.capacity > 0 { giveInput(connection) }
    if connection.output.capacity > 0 { giveOutput(connection) }
    connection.inputEnded = false
    connection.outputBlocked = false
    connection.hasServed = false
    if connection.isRefused { refusedCount -= 1 }
    connection.isRefused = false
    connection.timer = .none
    wheel.clear(connection.slot)
    vacant.append(connection.slot)
  }

  /// Throws away what a client still sends after its last answer.
  func discardInput(_ connection: Connection, _ application: any HTTPApplication) {
    scratch.truncate(to: 0)
    switch Sockets.receive(connection.descriptor, into: &scratch) {
    case .moved, .wouldBlock: return
    case .ended, .failed: close(connection, application)
    }
  }

  /// The deadline of a connection has passed.
  func expire(_ connection: Connection, _ application: any HTTPApplication) {
    switch connection.timer {
    case .none: return
    case .idle, .linger: close(connection, application)
    case .write: close(connection, reset: true, application)
    case .head where connection.unread == 0: close(connection, application)
    case .head, .body:
      refuse(connection, connection.timer == .head ? .headTooSlow : .bodyTooSlow)
      advance(connection, application)
    case .answer:
      let token = connection.token
      var answer = startAnswer(connection)
      application.expired(token, answer: &answer)
      finishAnswer(connection, answer)
      advance(connection, application)
    }
  }

  /// Accepts nothing more and closes the connections that are between two requests.
  func startDraining(_ milliseconds: Int64, _ application: any HTTPApplication) {
    for number in listeners.indices { acceptAll(number) }
    drainEnds = now + milliseconds
    for listener in listeners {
      poller.remove(listener)
      Sockets.close(listener)
    }
    listeners.removeAll()
    acceptResumes = nil
    for connection in connections where connection.phase == .reading {
      // What has reached this machine counts as in flight.
      if connection.unread == 0 && !connection.outputBlocked { receive(connection, application) }
      if connection.phase == .reading && connection.unread == 0 && !connection.outputBlocked {
        close(connection, application)
      }
    }
  }

  /// Whether the server was stopped and nothing is left; cuts the rest off at the end.
  func hasDrained(_ application: any HTTPApplication) -> Bool {
    guard let drainEnds else { return false }
    if now >= drainEnds {
      for connection in connections where connection.phase != .vacant {
        close(connection, application)
      }
    }
    return openCount == 0
  }
}
