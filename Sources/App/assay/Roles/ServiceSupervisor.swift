import CLinux
import Foundation
import Gateway
import Shell
import Synchronization

/// Runs the eight services of S1 as processes of this program (S1.50): starts them, starts one
/// again that ends, and ends them in order.
final class ServiceSupervisor {
  /// Between the end of a process and its next start, seconds.
  private static let pauseSeconds = 1.0

  private let program: String
  private let words: [String]
  private let environment: [String: String]
  private let stop = Stop()
  private var children: [Surface: Process] = [:]
  private var startsAt: [Surface: Date] = [:]

  init(_ configuration: Configuration, _ arguments: Arguments) throws {
    program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let key = configuration.serviceKey ?? ServiceSupervisor.makeKey()
    var environment = ProcessInfo.processInfo.environment
    environment.merge(try configuration.environment(serviceKey: key)) { $1 }
    // The status page is to be true within seconds, not within half a minute.
    if environment["MONITORING_INTERVAL"] == nil { environment["MONITORING_INTERVAL"] = "2" }
    environment[ServiceSupervisor.marker] = "1"
    self.environment = environment
    words = CommandLine.arguments.dropFirst().filter { $0 != "--split" }
  }

  private static func makeKey() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<4).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
  }

  /// Asks from another thread for the end.
  private final class Stop: Sendable {
    let bell = DispatchSemaphore(value: 0)
    private let isAsked = Atomic<Bool>(false)

    var isWanted: Bool { isAsked.load(ordering: .relaxed) }

    func ask() {
      isAsked.store(true, ordering: .relaxed)
      bell.signal()
    }
  }

  /// Tells a process that a supervisor of its own started it.
  static let marker = "ASSAY_SUPERVISED"

  /// Has a process that a supervisor started end with it, however that ends.
  static func follow() {
    if ProcessInfo.processInfo.environment[marker] != nil { clinux_end_with_parent() }
  }

  /// Returns once all have ended, after a signal asked for it.
  func run() throws {
    Signals.listen {
    } stop: { [stop] in
      stop.ask()
    }
    for surface in ServiceSupervisor.order { try start(surface) }
    while !stop.isWanted {
      _ = stop.bell.wait(timeout: .now() + 0.2)
      for surface in ServiceSupervisor.order where !stop.isWanted {
        try look(after: surface)
      }
    }
    // The gateway first and the owner last: nobody asks one that is gone.
    for surface in ServiceSupervisor.order.reversed() { end(surface) }
  }

  /// The owner of the data directory first.
  private static let order = Surface.all.filter { $0 != .whole } + [.whole]

  private func look(after surface: Surface) throws {
    if let child = children[surface] {
      guard !child.isRunning else { return }
      children[surface] = nil
      startsAt[surface] = Date(timeIntervalSinceNow: ServiceSupervisor.pauseSeconds)
      Log.error(
        "assay: the service '\(surface.word)' ended with \(child.terminationStatus); it is started"
          + " again"
      )
    } else if let moment = startsAt[surface], moment <= Date() {
      try start(surface)
    }
  }

  private func start(_ surface: Surface) throws {
    let child = Process()
    child.executableURL = URL(fileURLWithPath: program)
    child.arguments = words + ["--role", surface.word]
    child.environment = environment
    try child.run()
    children[surface] = child
  }

  private func end(_ surface: Surface) {
    guard let child = children[surface], child.isRunning else { return }
    child.terminate()
    child.waitUntilExit()
  }
}
