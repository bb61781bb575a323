import Foundation
import HTTP
import Journal
import Payments
import Pipeline
import Storage
import Synchronization
import Threads

/// Pushes decisions to clients as they become durable: one thread follows the log for all of them.
///
/// What is new stands in a ring, written once for each shape in use. A client that comes back goes
/// on behind the place it names, from the log itself, and misses nothing. One that is too slow for
/// the ring is told what it missed and goes on with what is new.
final class LiveHub: StreamApplication, @unchecked Sendable {
  // Safety: `expected` is locked; everything else belongs to the streams' thread.

  /// Past items that a client may ask for.
  static let historyMax = 1000
  /// Bytes of log that are taken in at a time.
  private static let stretchBytes: UInt64 = 1 << 20
  /// Bytes of log that are read for a client that catches up, at a time.
  private static let catchUpBytes: UInt64 = 64 << 10
  /// A log that has run ahead further than this while nobody listened is not followed through.
  private static let leapBytes: UInt64 = 8 << 20
  /// How long a store that is behind is waited for.
  private static let patienceNanoseconds: Int64 = 1_000_000_000

  private final class Client {
    let stream: StreamToken
    let subscription: LiveSubscription
    /// Items at and behind this place of the log are still to be seen.
    var next: UInt64
    /// Reads the log from the client's own place, until that is in the ring.
    var follower: LogFollower?
    /// Positions of the history that comes first, oldest last; nil while the store does not know
    /// all of it yet.
    var history: [UInt64]? = []
    /// What was durable when the client came, and until when its history is waited for, ns.
    var joined = Position(bytes: 0)
    var patience: Int64 = 0
    var last = LivePlace(batch: 0, entry: 0)

    init(_ stream: StreamToken, _ subscription: LiveSubscription, next: UInt64) {
      self.stream = stream
      self.subscription = subscription
      self.next = next
    }
  }

  let streams: StreamLoop
  let passes: StreamPasses
  private let core: CoreThread
  private let journal: any JournalDisk
  private let store: any DecisionReader
  private let hurry: @Sendable () -> Void
  private let expected = Mutex<[StreamToken: LiveSubscription]>([:])
  private var clients: [StreamToken: Client] = [:]
  private var ring: LiveRing
  private var follower: LogFollower
  private var text: LiveText
  private let finished = DispatchSemaphore(value: 0)

  init(
    catalog: Catalog,
    core: CoreThread,
    store: any DecisionStore,
    openJournal: ReadWorker.JournalOpener,
    hurry: @escaping @Sendable () -> Void
  ) throws {
    self.hurry = hurry
    streams = try StreamLoop()
    passes = StreamPasses(streams)
    self.core = core
    journal = try openJournal()
    self.store = try store.reader()
    text = LiveText(catalog)
    ring = LiveRing(text)
    follower = LogFollower(disk: journal, from: core.committed)
  }

  func start() {
    let thread = WorkThread { [self] in
      streams.run(self)
      finished.signal()
    }
    thread.start()
  }

  func stop() {
    streams.stop()
    finished.wait()
  }

  /// Prepares a stream; the name under which its connection is handed over.
  func expect(_ subscription: LiveSubscription) -> StreamToken {
    let token = streams.makeToken()
    expected.withLock { $0[token] = subscription }
    return token
  }

  // MARK: StreamApplication

  func joined(_ stream: StreamToken) {
    guard let subscription = expected.withLock({ $0.removeValue(forKey: stream) }) else { return }
    if clients.isEmpty { leap() }
    let client = Client(stream, subscription, next: ring.end)
    clients[stream] = client
    if let place = subscription.resume {
      client.next = place.entry + 1
      client.last = place
      let batch = place.batch < place.entry ? place.batch : nil
      client.follower = LogFollower(
        disk: journal,
        from: Position(bytes: batch ?? segmentStart(of: place.entry))
      )
    } else if subscription.history > 0 {
      client.history = nil
      client.joined = core.committed
      client.patience = Clocks.monotonicNanoseconds() + LiveHub.patienceNanoseconds
      hurry()
    }
  }

  func left(_ stream: StreamToken) {
    clients[stream] = nil
    passes.left(stream)
  }

  func tick() {
    follow()
    for client in clients.values { serve(client) }
  }

  // MARK: following

  /// Goes on with what is new where the log has run far ahead.
  private func leap() {
    let committed = core.committed
    guard committed.bytes > ring.end + LiveHub.leapBytes || ring.end == 0 else { return }
    ring = LiveRing(text)
    ring.end = committed.bytes
    follower = LogFollower(disk: journal, from: committed)
  }

  /// Takes what is newly durable into the ring.
  private func follow() {
    let committed = core.committed
    var left = LiveHub.leapBytes
    while follower.position < committed, left >= LiveHub.stretchBytes {
      left -= LiveHub.stretchBytes
      guard let items = read(&follower, to: committed, LiveHub.stretchBytes) else {
        // Removed or damaged under its feet: go on with what is new.
        ring.end = 0
        return leap()
      }
      for item in items { ring.append(item) }
      ring.end = follower.position.bytes
    }
  }

  /// The items of a stretch; nil where it cannot be read.
  private func read(
    _ follower: inout LogFollower,
    to end: Position,
    _ bytes: UInt64
  ) -> [LiveItem]? {
    let batch = follower.position.bytes
    var items: [LiveItem] = []
    var transaction: (position: UInt64, record: [UInt8])?
    do throws(JournalError) {
      let step = try follower.step(upTo: end, bytes: bytes) {
        header,
        body,
        position throws(JournalError) in
        switch header.kind {
        case .transaction: transaction = (position.bytes, body.array)
        case .decision:
          guard let (position, record) = transaction else { return }
          transaction = nil
          let place = LivePlace(batch: batch, entry: position)
          items.append(LiveItem(place, record: record, decision: body.array))
        default: break
        }
      }
      // What is durable can be read, unless the place is none of this log.
      return step == .read ? items : nil
    } catch {
      return nil
    }
  }

  // MARK: clients

  private func serve(_ client: Client) {
    if client.history == nil { return addHistory(to: client) }
    if client.history?.isEmpty == false { return sendHistory(client) }
    if client.follower != nil { return catchUp(client) }
    guard client.next >= ring.start else { return skip(client) }
    var room = streams.room(client.stream)
    var bytes: [UInt8] = []
    for index in ring.index(of: client.next)..<ring.count {
      if !wants(ring[index], client) { continue }
      let message = ring.message(index, client.subscription)
      guard message.count <= room else {
        client.next = ring[index].place.entry
        return send(bytes, client)
      }
      room -= message.count
      bytes += message
      client.last = ring[index].place
    }
    client.next = ring.end
    send(bytes, client)
  }

  /// Whether a client is to see an item: one that it wants, and that was not erased.
  private func wants(_ item: LiveItem, _ client: Client) -> Bool {
    client.subscription.wants(item)
      && !core.status.erasures.covers(item.record.span, at: Position(bytes: item.place.entry))
  }

  private func send(_ bytes: [UInt8], _ client: Client) {
    if !bytes.isEmpty { streams.send(bytes.span, to: client.stream) }
  }

  /// Tells a client that was too slow what it missed, and goes on with what is in the ring.
  private func skip(_ client: Client) {
    guard streams.room(client.stream) > StreamLimits.outputBytes / 2, ring.count > 0 else {
      return
    }
    var bytes: [UInt8] = []
    let place = LivePlace(batch: ring[0].place.batch, entry: ring.start)
    if client.subscription.shape == .native {
      text.append(skipped: client.last, to: place, client.subscription.kind, to: &bytes)
    }
    client.next = ring.start
    send(bytes, client)
  }

  /// Sends what lies between the place a client named and the ring.
  private func catchUp(_ client: Client) {
    guard var follower = client.follower,
      streams.room(client.stream) == StreamLimits.outputBytes
    else { return }
    let end = Position(bytes: ring.end)
    guard follower.position < end else {
      client.follower = nil
      client.next = max(client.next, ring.end)
      return
    }
    var bytes: [UInt8] = []
    // What the client does not want is passed over quickly.
    var left = LiveHub.leapBytes
    while bytes.isEmpty, follower.position < end, left > 0 {
      left -= LiveHub.catchUpBytes
      guard let items = read(&follower, to: end, LiveHub.catchUpBytes) else {
        client.follower = nil
        return client.next = 0
      }
      for item in items where item.place.entry >= client.next && wants(item, client) {
        guard bytes.count < StreamLimits.outputBytes / 2 else {
          // The rest of a long batch comes when there is room, and is read again then.
          client.next = item.place.entry
          return send(bytes, client)
        }
        text.append(item, client.subscription.shape, client.subscription.kind, to: &bytes)
        client.last = item.place
      }
      client.follower = follower
    }
    send(bytes, client)
  }

  /// The first place of the segment in which an entry stands; the log's start where it is gone.
  private func segmentStart(of entry: UInt64) -> UInt64 {
    // Without its segments the log cannot be read either, which the follower finds out.
    let segments = (try? Recovery.segments(on: journal).found) ?? []
    let segment = segments.last { $0.base.bytes <= entry } ?? segments.first
    return (segment?.base.bytes ?? 0) + UInt64(Segment.headSize)
  }

  /// Finds the newest items of the past; those that the store does not know yet come behind them,
  /// from the log.
  private func addHistory(to client: Client) {
    let subscription = client.subscription
    var query = DecisionQuery(limit: subscription.history)
    query.source = subscription.source
    query.outcome = subscription.outcome
    query.minimumScore = subscription.minimumScore
    do throws(StoreError) {
      let cursor = try store.cursor()
      let isBehind = cursor.position < client.joined.bytes
      if isBehind, Clocks.monotonicNanoseconds() < client.patience { return }
      query.before = cursor.position
      client.history = try store.decisions(query).map(\.position)
      client.next = cursor.position
      client.follower = LogFollower(
        disk: journal,
        from: Position(bytes: cursor.position),
        sequence: cursor.sequence
      )
    } catch {
      // Without a past the client still sees what is new.
      client.history = []
    }
  }

  private func sendHistory(_ client: Client) {
    guard streams.room(client.stream) == StreamLimits.outputBytes else { return }
    var bytes: [UInt8] = []
    while bytes.count < StreamLimits.outputBytes / 4, let position = client.history?.popLast() {
      guard let item = load(position), wants(item, client) else { continue }
      text.append(item, client.subscription.shape, client.subscription.kind, to: &bytes)
    }
    send(bytes, client)
  }

  /// A decided transaction by its position; nil where it is no longer kept.
  private func load(_ position: UInt64) -> LiveItem? {
    do throws(JournalError) {
      var entry: [UInt8] = []
      try JournalLookup.entry(at: Position(bytes: position), on: journal, into: &entry)
      let size = UInt64(entry.span.load(at: 0, as: UInt32.self))
      var decided: [UInt8] = []
      let next = Position(bytes: position + size)
      try JournalLookup.entry(at: next, on: journal, into: &decided)
      return LiveItem(
        LivePlace(batch: position, entry: position),
        record: Array(entry[EntryHeader.size...]),
        decision: Array(decided[EntryHeader.size...])
      )
    } catch {
      return nil
    }
  }
}
