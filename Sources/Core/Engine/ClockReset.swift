import Features
package import Journal
package import Payments

extension ControlEntry {
  /// Somebody has confirmed that the clock is right now: the one entry at which `receivedAt` may go
  /// back.
  package struct ClockReset: Sendable, Hashable {
    /// What the clock says from here on, µs.
    package var time: Int64
    /// `receivedAt` of the entry before.
    package var before: Int64

    package init(time: Int64, before: Int64) {
      self.time = time
      self.before = before
    }

    package init(_ body: [UInt8]) throws(DecodingFailure) {
      var reader = ByteReader(body)
      time = try reader.integer()
      before = try reader.integer()
    }

    package var encoded: [UInt8] {
      var bytes: [UInt8] = []
      bytes.append(little: time)
      bytes.append(little: before)
      return bytes
    }
  }
}

/// A reset of the clock in the log: what came before it with a later time was stamped by a clock
/// that was ahead, and stays out of windows.
struct ClockMend: Hashable {
  var position: Position
  var time: Int64
}

extension Engine {
  /// Sets the time right: windows that saw events later than it are made again from the log without
  /// them, or they would take everything of the present for too late.
  ///
  /// The caller logs the entry at `position`. Cost: one pass over the log for each such source.
  package func resetClock(
    _ entry: ControlEntry.ClockReset,
    at position: Position,
    from disk: any JournalDisk
  ) throws(EngineError) {
    for number in sources.keys.sorted() {
      guard let state = sources[number],
        state.profile.watermark > entry.time + state.source.futureTolerance
      else { continue }
      let fill = WindowFill(state, seed: seed, reserve: reserve)
      fill.open(disk, mending: ClockMend(position: position, time: entry.time))
      do {
        while try fill.step(upTo: position) {}
      } catch {
        throw EngineError(.snapshot, "windows without the wrong times: \(error)")
      }
      state.adopt(fill.profile, AdoptionSpan(from: fill.from, at: position))
    }
    let body = entry.encoded
    digest = Fingerprint.chain(digest, Fingerprint.of(body, in: 0..<body.count))
  }

  /// The same, folding a log.
  package func resetClock(
    folding body: borrowing Span<UInt8>,
    at position: Position,
    from disk: any JournalDisk
  ) throws(EngineError) {
    do {
      try resetClock(ControlEntry.ClockReset(body.array), at: position, from: disk)
    } catch let failure as DecodingFailure {
      throw EngineError(.damagedEntry, "a damaged reset of the clock: \(failure)")
    } catch let error as EngineError {
      throw error
    } catch {
      throw EngineError(.damagedEntry, "\(error)")
    }
  }
}
