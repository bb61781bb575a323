extension EntityWindows {
  /// Whether a window may reach events of an entity that were merged, or that were lost with
  /// evicted entities; -1 stands for one that is not known.
  @inline(__always)
  func isApproximate(_ entity: Int, watermark: Int64) -> Bool {
    if entity < 0 { return mayMissEntities(watermark) }
    let header = header(entity)
    if headers.load(header + Header.flags, as: UInt32.self) == 0 { return false }
    endApproximation(header, watermark: watermark)
    return headers.load(header + Header.flags, as: UInt32.self) & Flags.approximate != 0
  }

  /// Whether a window may reach events of an entity that was evicted, whichever it is.
  func mayMissEntities(_ watermark: Int64) -> Bool {
    control.load(Control.evictions, as: Int.self) > 0
      && watermark < control.load(Control.evictedUntil, as: Int64.self)
  }

  /// Takes an entity's windows for exact again once all that was merged, or was lost with evicted
  /// entities, is beyond the horizon: no window reaches it any more.
  private func endApproximation(_ header: Int, watermark: Int64) {
    if mayMissEntities(watermark) { return }
    let ring = ring(header)
    let end: UInt32 = headers.load(header + Header.coalescedEnd)
    let wereMerged = headers.load(header + Header.coalesced, as: UInt32.self) != 0
    if wereMerged, Int32(bitPattern: end &- ring.tail) > 0,
      time(slot(end &- 1, ring)) > watermark - horizon
    {
      return
    }
    headers.store(UInt32(0), at: header + Header.flags)
  }
}
