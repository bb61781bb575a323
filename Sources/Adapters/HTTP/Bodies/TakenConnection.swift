// Safety: `@unchecked Sendable` because a taken connection belongs to one thread at a time: the
// loop's until it is taken, then its taker's.

/// A connection that left its `HTTPLoop` behind the head of a request, for a body that is to be
/// read piece by piece.
///
/// Its taker blocks a thread of its own, answers once and closes it. Bytes come and go through
/// `receive` and `send` alone.
package final class TakenConnection: @unchecked Sendable {
  /// How the body's end is told.
  package enum Length: Sendable, Equatable {
    case bytes(Int)
    case chunked
  }

  /// How the body's end is told.
  package let length: Length
  /// Whether the client waits for `100 Continue` before it sends the body.
  package let expectsContinue: Bool
  private var descriptor: Int32
  private var input: ByteBuffer
  private var read = 0
  /// The ends of answers to earlier requests, which come before anything else.
  private var unsent: [UInt8]
  private var fields: [UInt8]
  private static let pieceBytes = 128 << 10

  init(
    descriptor: Int32,
    length: Length,
    expectsContinue: Bool,
    unsent: [UInt8],
    unread: [UInt8],
    fields: [UInt8]
  ) {
    self.descriptor = descriptor
    self.length = length
    self.expectsContinue = expectsContinue
    self.unsent = unsent
    self.fields = fields
    input = ByteBuffer(
      capacity: max(unread.count, Self.pieceBytes),
      limit: max(unread.count, Self.pieceBytes)
    )
    input.append(unread.span)
  }

  deinit { close() }

  /// The next bytes that the client sent, empty at their end; waits for so long.
  ///
  /// Those that came with the head are first.
  package func receive(milliseconds: Int) throws(BodyError) -> [UInt8] {
    if read < input.count {
      let bytes = input.array(read..<input.count)
      read = input.count
      return bytes
    }
    input.truncate(to: 0)
    read = 0
    guard descriptor >= 0 else { return [] }
    let deadline = Clock.monotonicMilliseconds() + Int64(milliseconds)
    while true {
      switch Sockets.receive(descriptor, into: &input) {
      case .moved:
        read = input.count
        return input.array(0..<input.count)
      case .ended: return []
      case .failed: throw .gone
      case .wouldBlock:
        let left = deadline - Clock.monotonicMilliseconds()
        guard left > 0 else { throw .tooSlow }
        Sockets.wait(descriptor, forInput: true, milliseconds: left)
      }
    }
  }

  /// Sends all of these bytes, each part within so long.
  package func send(_ bytes: [UInt8], milliseconds: Int) throws(BodyError) {
    guard descriptor >= 0 else { throw .gone }
    let all = unsent + bytes
    unsent = []
    var output = ByteBuffer(capacity: max(1, all.count), limit: max(1, all.count))
    output.append(all.span)
    var sent = 0
    var deadline = Clock.monotonicMilliseconds() + Int64(milliseconds)
    while sent < output.count {
      switch Sockets.send(descriptor, output, from: sent) {
      case .moved(let count):
        sent += count
        deadline = Clock.monotonicMilliseconds() + Int64(milliseconds)
      case .ended, .failed: throw .gone
      case .wouldBlock:
        let left = deadline - Clock.monotonicMilliseconds()
        guard left > 0 else { throw .tooSlow }
        Sockets.wait(descriptor, forInput: false, milliseconds: left)
      }
    }
  }

  /// Sends the one answer, reads on for a moment so that the client gets to see it, and closes.
  package func answer(_ write: (inout HTTPAnswer) -> Void) {
    var exchange = Exchange(isHead: false, minorVersion: 1, closes: true, fields: fields)
    let output = ByteBuffer(capacity: 4 << 10, limit: 1 << 20)
    var answer = HTTPAnswer(
      output: output,
      date: DateLine(unixSeconds: Clock.unixSeconds()),
      to: exchange
    )
    write(&answer)
    let finished = answer.finish(&exchange)
    do throws(BodyError) {
      try send(finished.array(0..<finished.count), milliseconds: Self.answerMilliseconds)
      Sockets.finishWriting(descriptor)
      let end = Clock.monotonicMilliseconds() + Int64(Self.lingerMilliseconds)
      while Clock.monotonicMilliseconds() < end {
        if try receive(milliseconds: Self.lingerMilliseconds).isEmpty { break }
      }
    } catch {
      // The client is gone, or will not read: there is nobody left to tell.
    }
    close()
  }

  private static let answerMilliseconds = 5_000
  private static let lingerMilliseconds = 1_000

  /// Ends the connection; nothing may follow.
  package func close() {
    guard descriptor >= 0 else { return }
    Sockets.close(descriptor)
    descriptor = -1
  }
}

/// Why a body cannot be read to its end.
package enum BodyError: Error, Equatable {
  /// The client went away, or sent less than it said.
  case gone
  /// Nothing came for too long.
  case tooSlow
  /// The body is longer than is taken.
  case tooLong
  /// The body is not framed as its head says.
  case malformed(String)
  /// The server is being stopped.
  case stopping
}
