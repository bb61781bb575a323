import Foundation
import HTTP
import HTTPClient
import Pipeline
import Synchronization
import Threads

/// A request on its way to another process.
struct RelayJob: Sendable {
  var token: RequestToken
  var to: Surface.Service
  var request: [UInt8]
  /// Whether it does no harm that it arrives twice.
  var isRepeatable: Bool
  var isHead: Bool
  /// Whether the owner takes it where the service cannot be reached (S1.6).
  var falls: Bool
}

/// What became of a relayed request.
enum RelayOutcome: Sendable {
  /// The status, header lines and body to answer with.
  case answer(Int, fields: [UInt8], body: [UInt8])
  /// The service cannot be reached.
  case unavailable(String)
  /// It did not answer in time.
  case late
  /// The answer has begun: the connection and what has come by it.
  case endless(descriptor: Int32, received: [UInt8])
}

/// Asks other processes, on threads with kept connections of their own.
final class RelayWorker: Sendable {
  /// Requests that are on their way at a time; more wait.
  private static let threadCount = 32
  private static let queueMax = 4096

  private struct Queue {
    var jobs: [RelayJob] = []
    var isStopping = false
  }

  let addresses: [Surface.Service: ServerAddress]
  private let queue = Mutex(Queue())
  private let waiting = DispatchSemaphore(value: 0)
  private let outcomes = Mutex<[(RequestToken, RelayOutcome)]>([])
  private let finished = DispatchSemaphore(value: 0)
  private let wake: @Sendable () -> Void
  private let tunnels: TunnelLoop

  init(_ addresses: Relay.Addresses, wake: @escaping @Sendable () -> Void) throws {
    self.addresses = addresses.services
    self.wake = wake
    tunnels = try TunnelLoop()
  }

  func start() {
    for _ in 0..<RelayWorker.threadCount {
      WorkThread { [self] in
        var connections: [Surface.Service: ClientConnection] = [:]
        while let job = next() {
          let outcome = serve(job, &connections)
          outcomes.withLock { $0.append((job.token, outcome)) }
          wake()
        }
        finished.signal()
      }.start()
    }
    WorkThread { [self] in
      tunnels.run()
      finished.signal()
    }.start()
  }

  func stop() {
    queue.withLock { $0.isStopping = true }
    tunnels.stop()
    for _ in 0..<RelayWorker.threadCount { waiting.signal() }
    for _ in 0...RelayWorker.threadCount { finished.wait() }
  }

  func submit(_ job: RelayJob) -> Bool {
    let isTaken = queue.withLock { queue in
      guard queue.jobs.count < RelayWorker.queueMax else { return false }
      queue.jobs.append(job)
      return true
    }
    if isTaken { waiting.signal() }
    return isTaken
  }

  func takeOutcomes() -> [(RequestToken, RelayOutcome)] {
    outcomes.withLock { outcomes in
      defer { outcomes.removeAll() }
      return outcomes
    }
  }

  /// Joins a client to the connection that its answer comes by.
  func join(_ client: HandedConnection?, _ descriptor: Int32, _ received: [UInt8]) {
    guard let client else { return ClientConnection.close(descriptor) }
    tunnels.adopt(client, descriptor, received)
  }

  private func next() -> RelayJob? {
    while true {
      waiting.wait()
      let (job, isStopping) = queue.withLock { queue in
        (queue.jobs.isEmpty ? nil : queue.jobs.removeFirst(), queue.isStopping)
      }
      if isStopping { return nil }
      if let job { return job }
    }
  }

  private func serve(
    _ job: RelayJob,
    _ connections: inout [Surface.Service: ClientConnection]
  ) -> RelayOutcome {
    let outcome = ask(job.to, job, &connections)
    guard job.falls, job.to != .model, case .unavailable = outcome else { return outcome }
    let second = ask(.model, job, &connections)
    guard case .answer(200, let fields, let body) = second, body.last == UInt8(ascii: "}") else {
      return second
    }
    let note = #","service_used":"Model Service (fallback)","forwarded_by":"API Gateway"}"#
    return .answer(200, fields: fields, body: body.dropLast() + note.utf8)
  }

  private func ask(
    _ service: Surface.Service,
    _ job: RelayJob,
    _ connections: inout [Surface.Service: ClientConnection]
  ) -> RelayOutcome {
    let why = "The \(service.title) cannot be reached"
    guard let address = addresses[service] else { return .unavailable(why) }
    let connection = connections[service] ?? ClientConnection(address)
    connections[service] = connection
    do throws(ClientError) {
      let reply = try connection.ask(
        job.request,
        mayRepeat: job.isRepeatable,
        isHead: job.isHead
      )
      switch reply {
      case .endless(let descriptor, let received):
        guard tunnels.hasRoom else {
          ClientConnection.close(descriptor)
          return .unavailable("There are too many streams")
        }
        return .endless(descriptor: descriptor, received: received)
      case .whole(let answer):
        return .answer(answer.status, fields: RelayWorker.lines(answer), body: answer.body)
      }
    } catch {
      return error.code == .late ? .late : .unavailable(why)
    }
  }

  /// What the answer to the client has of its own.
  private static let ownFields: Set = [
    "connection", "content-length", "date", "keep-alive", "x-content-type-options",
  ]

  /// An answer's header lines, without those of its connection.
  static func lines(_ answer: ClientAnswer) -> [UInt8] {
    var bytes: [UInt8] = []
    for (name, value) in answer.fields where !ownFields.contains(name.lowercased()) {
      bytes += "\(name): \(value)\r\n".utf8
    }
    return bytes
  }
}
