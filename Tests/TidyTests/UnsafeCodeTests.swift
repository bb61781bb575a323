import Testing

/// Unsafe code stands in few files, each of which says why it is sound.
struct UnsafeCodeTests {
  static let files: Set = [
    "Sources/Adapters/Courier/Transfer.swift",
    "Sources/App/assay/ChildProcess.swift",
    "Sources/System/Threads/WorkThread.swift",
    "Sources/Adapters/FileJournal/FileDisk.swift",
    "Sources/Adapters/FileJournal/FlightFile.swift",
    "Sources/Adapters/FileJournal/SpareSegment.swift",
    "Sources/Adapters/FileJournal/WholeFile.swift",
    "Sources/Adapters/HTTP/Bodies/TakenConnection.swift",
    "Sources/Adapters/HTTP/BufferPool.swift",
    "Sources/Adapters/HTTP/ByteBuffer.swift",
    "Sources/Adapters/HTTP/Clock.swift",
    "Sources/Adapters/HTTP/FramingParser.swift",
    "Sources/Adapters/HTTP/HTTPLoop.swift",
    "Sources/Adapters/HTTP/HTTPRequest.swift",
    "Sources/Adapters/HTTP/Poller.swift",
    "Sources/Adapters/HTTP/HTTPError.swift",
    "Sources/Adapters/HTTP/Streams/TunnelLoop.swift",
    "Sources/Adapters/HTTP/TLS/TLSContext.swift",
    "Sources/Adapters/HTTP/TLS/TLSFront.swift",
    "Sources/Adapters/HTTP/TLS/TLSSession.swift",
    "Sources/Services/Gateway/Relay/Relay.swift",
    "Sources/App/Shell/Log.swift",
    "Sources/App/assay/Telemetry/MetricsLog.swift",
    "Sources/Services/Monitoring/ProcessUse.swift",
    "Sources/App/Shell/LogWriter.swift",
    "Sources/Adapters/HTTP/Sockets.swift",
    "Sources/Adapters/HTTP/Span+Text.swift",
    "Sources/Adapters/HTTP/Streams/StreamLoop.swift",
    "Sources/Adapters/HTTP/Streams/WebSocketKey.swift",
    "Sources/Adapters/HTTP/Streams/WebSocketSession.swift",
    "Sources/Adapters/HTTPClient/ClientConnection.swift",
    "Sources/Adapters/Intake/ByteSink.swift",
    "Sources/Adapters/Intake/ByteSource.swift",
    "Sources/Adapters/Intake/Dialects/WalletAddress.swift",
    "Sources/Adapters/Intake/Gzip.swift",
    "Sources/Adapters/Intake/JSONReader.swift",
    "Sources/Adapters/Intake/PieceReader.swift",
    "Sources/Adapters/SQLiteStore/Connection.swift",
    "Sources/Adapters/Vault/SecretFile.swift",
    "Sources/Adapters/Vault/Sodium.swift",
    "Sources/Adapters/Vault/WebToken.swift",
    "Sources/App/Shell/ProcessUsage.swift",
    "Sources/App/assay/Demo.swift",
    "Sources/App/assay/Signals.swift",
    "Sources/App/assay/Top/TerminalScreen.swift",
    "Sources/Core/Features/Windows/ByteWriter.swift",
    "Sources/Core/Features/Windows/Memory.swift",
    "Sources/Core/Features/Windows/RestoreJob.swift",
    "Sources/Core/Journal/CRC32C.swift",
    "Sources/Core/Models/Attribution/QuadratureSweep.swift",
    "Sources/Core/Models/Trees/PackedTrees.swift",
    "Sources/Core/Payments/Span+Load.swift",
    "Sources/Learning/Boosting/Booster.swift",
    "Sources/Learning/Registry/Digest.swift",
    "Sources/Services/Alerts/Pulse.swift",
    "Sources/Services/Alerts/SharedAlertStore.swift",
    "Sources/Services/Gateway/Batch/JobHub.swift",
    "Sources/Services/Gateway/Bytes.swift",
    "Sources/Services/Gateway/Export/ExportHub.swift",
    "Sources/Services/Gateway/Gateway.swift",
    "Sources/Services/Gateway/Identity/StreamPasses.swift",
    "Sources/Services/Gateway/Identity/IdentityWorker.swift",
    "Sources/Services/Gateway/Live/LiveHub.swift",
    "Sources/Services/Gateway/ReadWorker.swift",
    "Sources/Services/Pipeline/Clocks.swift",
    "Sources/Services/Pipeline/CoreThread.swift",
    "Sources/Services/Pipeline/Doorbell.swift",
    "Sources/Services/Pipeline/Projector.swift",
    "Sources/Services/Pipeline/Submission.swift",
    "Sources/Services/Pipeline/Warmer.swift",
    "Tests/HTTPTests/Client.swift",
    "Tests/HTTPTests/DescriptorTests.swift",
    "Tests/HTTPTests/RawSpan+Byte.swift",
    "Tests/HTTPTests/TunnelTests.swift",
    "Tests/IntakeTests/Decoding.swift",
    "Benchmarks/ModelBenchmarks/ThreadTime.swift",
  ]

  static func isUnsafe(_ line: Substring) -> Bool {
    if line.contains("@unchecked Sendable") { return true }
    return line.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "@") }
      .contains { $0 == "unsafe" || $0 == "@safe" }
  }

  @Test(arguments: [
    "let x = unsafe y", "nonisolated(unsafe) var z = 1", "@safe struct Handle {",
    "final class Box: @unchecked Sendable {",
  ])
  func `unsafe code is seen`(_ line: String) { #expect(UnsafeCodeTests.isUnsafe(line[...])) }

  @Test(arguments: [
    "unsafeties.append(1)", "bytes.withUnsafeBytes { $0 }", "struct Safe: Sendable {",
  ])
  func `other code is not taken for it`(_ line: String) {
    #expect(!UnsafeCodeTests.isUnsafe(line[...]))
  }

  @Test func `unsafe code stays in the listed files`() throws {
    var unused = UnsafeCodeTests.files
    for file in try Repository.swift(["Sources", "Tests", "Benchmarks"]) {
      let line = file.code.firstIndex { UnsafeCodeTests.isUnsafe($0) }
      guard let line else { continue }
      if unused.remove(file.path) == nil {
        Issue.record("\(file.path):\(line + 1): unsafe code in a file that is not listed for it")
      }
    }
    for path in unused.sorted() {
      Issue.record("\(path) has no unsafe code any more: take it off the list")
    }
  }

  @Test func `each of them says why it is sound`() throws {
    for path in UnsafeCodeTests.files.sorted() {
      let reason = try Repository.file(path).lines.contains {
        $0.drop { $0 == " " }.hasPrefix("// Safety: ")
      }
      #expect(reason, "\(path) has no line that starts with // Safety:")
    }
  }
}
