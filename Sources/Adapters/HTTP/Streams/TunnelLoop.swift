// Safety: `@unchecked Sendable` because `adopt` and `stop` touch only the Poller and the locked
// inbox, and everything else belongs to the thread inside `run`. The thread's name is a literal.

import CLinux
import Synchronization

/// Joins clients that left an `HTTPLoop` to connections of another server, byte for byte, until one
/// of the two ends.
///
/// What one side has not taken yet is bounded: the other is not read meanwhile.
package final class TunnelLoop: @unchecked Sendable {
  /// Tunnels at a time.
  package static let tunnelsMax = 4096
  /// What may wait for one side.
  private static let waitingBytesMax = 64 << 10

  private struct Inbox {
    var joining: [Tunnel] = []
    var isStopping = false
  }

  /// One of two joined connections.
  private final class Side {
    let descriptor: Int32
    /// What it is still to be sent.
    private var output = ByteBuffer(capacity: 4 << 10, limit: 1 << 20)
    private var sent = 0
    var interest: Poller.Interest = []

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    var unsent: Int { output.count - sent }

    func append(_ bytes: [UInt8]) {
      output.remove(0..<sent)
      sent = 0
      output.append(bytes.span)
    }

    /// Sends what the other end takes; false where it is gone.
    func flush() -> Bool {
      while unsent > 0 {
        switch Sockets.send(descriptor, output, from: sent) {
        case .moved(let bytes): sent += bytes
        case .wouldBlock: return true
        case .ended, .failed: return false
        }
      }
      return true
    }
  }

  private final class Tunnel: @unchecked Sendable {
    // Safety: it is made by one thread, handed over through the inbox, and used by the loop alone.
    let sides: [Side]
    /// Whether one side has ended: the other gets what is on its way, and ends too.
    var isEnding = false

    init(_ client: HandedConnection, _ upstream: Int32, _ received: [UInt8]) {
      sides = [Side(client.descriptor), Side(upstream)]
      sides[0].append(client.unsent)
      sides[0].append(received)
      sides[1].append(client.unread)
    }
  }

  private let poller: Poller
  private let inbox = Mutex(Inbox())
  private let open = Atomic<Int>(0)
  private var tunnels: [UInt64: Tunnel] = [:]
  private var nextNumber: UInt64 = 0

  package init() throws(HTTPError) { poller = try Poller() }

  /// Whether one more fits.
  package var hasRoom: Bool { open.load(ordering: .relaxed) < TunnelLoop.tunnelsMax }

  /// Joins a client to a connection from which `received` has come already; from any thread.
  package func adopt(_ client: HandedConnection, _ upstream: Int32, _ received: [UInt8]) {
    Sockets.makeNonBlocking(upstream)
    let tunnel = Tunnel(client, upstream, received)
    open.add(1, ordering: .relaxed)
    let isTaken = inbox.withLock { inbox in
      if !inbox.isStopping { inbox.joining.append(tunnel) }
      return !inbox.isStopping
    }
    if isTaken { return poller.wake() }
    discard(tunnel)
  }

  /// Ends `run` and every tunnel; from any thread.
  package func stop() {
    inbox.withLock { $0.isStopping = true }
    poller.wake()
  }

  /// Serves until `stop` is called.
  package func run() {
    unsafe clinux_name_thread("tunnels")
    while true {
      let count = poller.wait(milliseconds: nil)
      for index in 0..<count {
        guard let (tag, interest) = poller.event(index) else { continue }
        serve(tag >> 1, Int(tag & 1), interest)
      }
      let (joining, isStopping) = inbox.withLock { inbox in
        defer { inbox.joining.removeAll() }
        return (inbox.joining, inbox.isStopping)
      }
      for tunnel in joining { join(tunnel) }
      guard isStopping else { continue }
      for number in Array(tunnels.keys) { leave(number) }
      return
    }
  }

  private func join(_ tunnel: Tunnel) {
    nextNumber += 1
    tunnels[nextNumber] = tunnel
    for side in 0...1 {
      poller.add(tunnel.sides[side].descriptor, [], tag: nextNumber << 1 | UInt64(side))
    }
    settle(nextNumber, tunnel)
  }

  private func serve(_ number: UInt64, _ side: Int, _ interest: Poller.Interest) {
    guard let tunnel = tunnels[number] else { return }
    // What came before the end is still to be read.
    if !interest.contains(.input), !interest.isDisjoint(with: .broken) { return leave(number) }
    if interest.contains(.input) {
      var input = ByteBuffer(capacity: 16 << 10, limit: 16 << 10)
      switch Sockets.receive(tunnel.sides[side].descriptor, into: &input) {
      case .moved: tunnel.sides[1 - side].append(input.array(0..<input.count))
      case .wouldBlock: break
      case .ended: tunnel.isEnding = true
      case .failed: return leave(number)
      }
    }
    settle(number, tunnel)
  }

  /// Sends what is ready both ways, and asks for what the state calls for.
  private func settle(_ number: UInt64, _ tunnel: Tunnel) {
    for side in 0...1 where !tunnel.sides[side].flush() { return leave(number) }
    if tunnel.isEnding, tunnel.sides.allSatisfy({ $0.unsent == 0 }) { return leave(number) }
    for side in 0...1 {
      var wanted: Poller.Interest = tunnel.sides[side].unsent > 0 ? .output : []
      if !tunnel.isEnding, tunnel.sides[1 - side].unsent < TunnelLoop.waitingBytesMax {
        wanted.insert(.input)
      }
      guard wanted != tunnel.sides[side].interest else { continue }
      tunnel.sides[side].interest = wanted
      let tag = number << 1 | UInt64(side)
      poller.change(tunnel.sides[side].descriptor, wanted, tag: tag)
    }
  }

  private func leave(_ number: UInt64) {
    guard let tunnel = tunnels.removeValue(forKey: number) else { return }
    for side in tunnel.sides { poller.remove(side.descriptor) }
    discard(tunnel)
  }

  private func discard(_ tunnel: Tunnel) {
    for side in tunnel.sides { Sockets.close(side.descriptor) }
    open.subtract(1, ordering: .relaxed)
  }
}
