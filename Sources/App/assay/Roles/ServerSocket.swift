import Foundation
import Gateway
import HTTP
import Shell
import Threads

/// What a server listens with: in the clear, or over TLS by a thread before the loop.
struct ServerSocket {
  private static let drainMilliseconds = 5000

  let loop: HTTPLoop
  private let front: TLSFront?
  private let files: (certificate: String, key: String)?
  private let host: String

  /// Listens; of the processes of one installation the gateway alone speaks TLS.
  ///
  /// What they say to one another stays on this machine, or is for its network to guard.
  init(
    _ configuration: Configuration,
    _ ports: [UInt16],
    _ limits: Limits,
    _ role: Surface?
  ) throws {
    host = configuration.address
    files = role == nil || role == .whole ? try configuration.certificate() : nil
    guard let files else {
      front = nil
      loop = try HTTPLoop(
        address: host,
        port: ports[0],
        andPorts: Array(ports.dropFirst()),
        limits: limits
      )
      return
    }
    let front = try TLSFront(
      try TLSContext(certificate: files.certificate, key: files.key),
      address: host,
      ports: ports,
      connectionsMax: limits.connections
    )
    self.front = front
    loop = try HTTPLoop(behind: front, limits: limits)
  }

  /// Where it is reached.
  var address: String { "\(front == nil ? "http" : "https")://\(host):\(loop.port)" }

  /// Reads the certificate again; one that cannot be read leaves the old one in use.
  func renew() {
    guard let front, let files else { return }
    do throws(TLSContext.Failure) {
      front.replace(try TLSContext(certificate: files.certificate, key: files.key))
      Log.info("assay: the certificate was read again")
    } catch {
      Log.error("assay: the certificate stays as it was: \(error)")
    }
  }

  /// Serves until `stop` is called.
  func run(_ application: any HTTPApplication) {
    let ended = DispatchSemaphore(value: 0)
    if let front {
      WorkThread { [loop] in
        front.run(loop)
        ended.signal()
      }.start()
    }
    loop.run(application)
    guard let front else { return }
    front.stop()
    ended.wait()
  }

  /// Takes nobody in any more and ends once all is answered; from any thread.
  func stop() {
    front?.stopAccepting()
    loop.stop(drainMilliseconds: ServerSocket.drainMilliseconds)
  }
}

extension Configuration {
  /// The files of the certificate and its key; nil where the server speaks in the clear.
  func certificate() throws(UsageError) -> (certificate: String, key: String)? {
    switch (certificateFile, keyFile) {
    case (nil, nil): return nil
    case (let certificate?, let key?): return (certificate, key)
    default: throw UsageError("TLS_CERT_FILE and TLS_KEY_FILE go together")
    }
  }
}
