import Engine
import FileJournal
import Foundation
import Journal
import Payments
import Pipeline
import SQLiteStore
import Shell
import Storage

/// What a data directory knows of its log's start and end, besides the log.
extension DataDirectory {
  /// The note of the log's extent: outside of the folder 'journal', which may be lost or exchanged.
  var extent: String { path + "/log-extent" }

  /// The least size of a segment: what `--segment-mib` allows.
  static let segmentBytesMin = Configuration.segmentMiBMin << 20

  /// All that is known of the log; a note that cannot be read is passed over with a warning.
  func knowledge() -> LogKnowledge {
    var witnesses: [LogWitness] = []
    if let newest = snapshotPlaces.first {
      witnesses.append(LogWitness("the newest snapshot", end: newest))
    }
    let stores: [(FollowedPlace, String)] = [
      (.decisions, database), (.alerts, alerts), (.jobs, jobs),
    ]
    for (kind, file) in stores {
      guard let place = kind.read(at: file) else { continue }
      witnesses.append(
        LogWitness(
          (file as NSString).lastPathComponent,
          end: Position(bytes: place.position),
          nextSequence: place.sequence
        )
      )
    }
    return LogKnowledge(
      note: notedExtent(),
      witnesses: witnesses,
      segmentBytesMin: DataDirectory.segmentBytesMin
    ) { place in
      snapshotBytes(upTo: place).first { _ in true }
        .flatMap { SnapshotFile.place(of: $0)?.position } == place
    }
  }

  private func notedExtent(warning: Bool = true) -> LogExtent? {
    guard FileManager.default.fileExists(atPath: extent) else {
      if warning, !snapshotPlaces.isEmpty || !DataDirectory.isNothing(database) {
        Log.warning("assay: \(extent), which says where the log ends, is missing and is made anew")
      }
      return nil
    }
    do {
      return try LogExtent(try WholeFile.read(extent))
    } catch {
      if warning { Log.warning("assay: \(extent) cannot be read and is made anew: \(error)") }
      return nil
    }
  }

  /// Notes the log's extent durably, in place of the note of before; a start that retention noted
  /// stays.
  func note(_ extent: LogExtent) throws {
    var extent = extent
    if let before = notedExtent(warning: false), before.log == extent.log {
      extent.start = max(extent.start, before.start)
    }
    try WholeFile.replace(self.extent, with: extent.encoded)
  }

  /// Notes that retention will remove what lies before a place.
  func note(start: Position) throws {
    guard var extent = notedExtent(warning: false) else {
      throw CommandError("\(self.extent) is missing: nothing is removed until the next start")
    }
    extent.start = start
    try note(extent)
  }
}
