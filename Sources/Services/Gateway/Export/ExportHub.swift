import CLinux
import Foundation
import HTTP
import Journal
import Payments
import Pipeline
import Storage
import Synchronization
import Threads

/// Writes tables to clients as they take them, on a thread of its own.
///
/// What waits for a client is bounded, so a table of any length takes the same memory. A table that
/// cannot be finished ends without its last chunk, so that the client knows.
final class ExportHub: StreamApplication, @unchecked Sendable {
  // Safety: `expected` is locked; everything else belongs to the streams' thread.

  /// Exports at a time.
  static let exportsMax = 16
  /// Rows that are read at a time.
  private static let pageRows = 250
  /// Room that a page needs: half of it is filled, and a row more.
  private static let pageBytes = 64 << 10

  private final class Client {
    let job: ExportJob
    var before: UInt64?
    var hasBegun = false

    init(_ job: ExportJob) { self.job = job }
  }

  let streams: StreamLoop
  private let store: any DecisionReader
  private let journal: any JournalDisk
  private let erasures: Erasures
  private let expected = Mutex<[StreamToken: ExportJob]>([:])
  private var clients: [StreamToken: Client] = [:]
  private var entry: [UInt8] = []
  private let finished = DispatchSemaphore(value: 0)

  init(
    store: any DecisionStore,
    erasures: Erasures,
    openJournal: ReadWorker.JournalOpener
  ) throws {
    streams = try StreamLoop()
    self.store = try store.reader()
    journal = try openJournal()
    self.erasures = erasures
  }

  func start() {
    let thread = WorkThread { [self] in
      unsafe clinux_name_thread("export")
      clinux_nice_thread(10)
      streams.run(self)
      finished.signal()
    }
    thread.start()
  }

  func stop() {
    streams.stop()
    finished.wait()
  }

  var hasRoom: Bool { streams.count < ExportHub.exportsMax }

  /// Prepares an export; the name under which its connection is handed over.
  func expect(_ job: ExportJob) -> StreamToken {
    let token = streams.makeToken()
    expected.withLock { $0[token] = job }
    return token
  }

  /// Lets a prepared export go whose client is gone.
  func forget(_ stream: StreamToken) { expected.withLock { $0[stream] = nil } }

  // MARK: StreamApplication

  func joined(_ stream: StreamToken) {
    guard let job = expected.withLock({ $0.removeValue(forKey: stream) }) else { return }
    clients[stream] = Client(job)
  }

  func left(_ stream: StreamToken) { clients[stream] = nil }

  func tick() {
    for (stream, client) in clients {
      do {
        while streams.room(stream) >= ExportHub.pageBytes {
          if try !sendPage(to: client, stream) {
            send([], to: client, stream)
            streams.end(stream, code: 1000)
            break
          }
        }
      } catch {
        // The client sees that the end is missing.
        streams.end(stream, code: 1011)
      }
    }
  }

  /// Sends the next rows; false where there are none.
  private func sendPage(to client: Client, _ stream: StreamToken) throws -> Bool {
    var table = ExportText(client.job.source)
    if !client.hasBegun { table.appendHead() }
    client.hasBegun = true
    var query = client.job.query
    query.before = client.before
    query.limit = ExportHub.pageRows
    let rows = try store.decisions(query)
    for row in rows where table.bytes.count < ExportHub.pageBytes / 2 {
      client.before = row.position
      if try !load(row) { continue }
      let bytes = entry
      table.append(row, bytes.span.extracting(EntryHeader.size..<bytes.count))
    }
    if !table.bytes.isEmpty { send(table.bytes, to: client, stream) }
    return !rows.isEmpty
  }

  /// Brings the transaction of a row into `entry`; false where it was removed or erased.
  private func load(_ row: DecisionRow) throws -> Bool {
    entry.removeAll(keepingCapacity: true)
    do {
      let position = Position(bytes: row.position)
      try JournalLookup.entry(at: position, on: journal, into: &entry)
      let bytes = entry
      let record = bytes.span.extracting(EntryHeader.size..<bytes.count)
      return !erasures.covers(record, at: position)
    } catch  where error.code == .limit {
      return false
    }
  }

  /// Sends bytes as one chunk; none as the last one.
  private func send(_ bytes: [UInt8], to client: Client, _ stream: StreamToken) {
    guard client.job.isChunked else { return streams.send(bytes.span, to: stream) }
    let chunk = Array((String(bytes.count, radix: 16) + "\r\n").utf8) + bytes + Array("\r\n".utf8)
    streams.send(chunk.span, to: stream)
  }
}
