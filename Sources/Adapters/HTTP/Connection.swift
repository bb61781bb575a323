/// One slot of the connection table: a client, or nobody between two clients.
final class Connection {
  enum Phase {
    case vacant
    /// Reading a request, or waiting for one.
    case reading
    /// The application answers later.
    case deferred
    /// The last answer is on its way.
    case closing
    /// Everything is sent; the client is given time to read it.
    case lingering
  }

  /// Which limit the deadline of the slot stands for.
  enum Timer { case none, idle, head, body, answer, write, linger }

  let slot: Int
  var descriptor: Int32 = -1
  var peer = PeerAddress(0, 0, 0, 0)
  /// Which of the loop's ports it came by.
  var listener = 0
  /// Tells the connections of this slot apart in late events.
  var epoch: UInt32 = 0
  /// Tells the requests of this slot apart in late answers.
  var generation: UInt32 = 0
  var phase = Phase.vacant
  var input = ByteBuffer()
  var output = ByteBuffer()
  /// Bytes of `output` that are on their way.
  var sent = 0
  var parser = RequestParser()
  var exchange = Exchange()
  var interest: Poller.Interest = []
  var timer = Timer.none
  /// The client will send nothing more.
  var inputEnded = false
  /// The socket refused bytes and has not taken all since.
  var outputBlocked = false
  /// Whether any request was answered on this connection.
  var hasServed = false
  /// Whether the connection is above the limit and only being told 503.
  var isRefused = false
  /// Whether the slot waits in the loop's list of answered requests.
  var isListed = false
  /// How long the application asked to have for its answer.
  var answerMilliseconds = 0

  init(slot: Int) { self.slot = slot }

  var token: RequestToken { RequestToken(slot: slot, generation: generation) }
  var tag: UInt64 { UInt64(epoch) << 32 | UInt64(slot) }
  /// Bytes that no answer has been given for.
  var unread: Int { input.count - parser.start }
  var unsent: Int { output.count - sent }

  /// The timer that the present state calls for.
  var wantedTimer: Timer {
    switch phase {
    case .vacant: .none
    case .deferred: .answer
    case .lingering: .linger
    case .closing: .write
    case .reading:
      if outputBlocked {
        .write
      } else if parser.isInBody {
        .body
      } else {
        unread > 0 || !hasServed ? .head : .idle
      }
    }
  }

  /// The events that the present state calls for.
  var wantedInterest: Poller.Interest {
    var wanted: Poller.Interest = outputBlocked ? .output : []
    switch phase {
    case .reading where !outputBlocked && !inputEnded: wanted.insert(.input)
    case .lingering where !inputEnded: wanted.insert(.input)
    case .deferred where !inputEnded && (input.capacity == 0 || input.room > 0):
      wanted.insert(.input)
    default: break
    }
    return wanted
  }
}
