package import Payments

/// How long the period of a rollup is.
package enum RollupGrain: UInt8, Sendable, CaseIterable {
  case hour = 0
  case day = 1
  /// All time, as period 0.
  case all = 2

  private static let microsecondsPerHour: Int64 = 3_600_000_000

  /// Microseconds of a period; nil of all time.
  package var microseconds: Int64? {
    switch self {
    case .hour: RollupGrain.microsecondsPerHour
    case .day: 24 * RollupGrain.microsecondsPerHour
    case .all: nil
    }
  }

  /// The period of an event time: whole hours or days since 1970, rounded down.
  package func period(of time: Int64) -> Int64 {
    guard let length = microseconds else { return 0 }
    return RollupGrain.whole(time, length)
  }

  /// The day of an hour.
  package static func day(ofHour hour: Int64) -> Int64 { whole(hour, 24) }

  /// A quotient, rounded down.
  private static func whole(_ value: Int64, _ divisor: Int64) -> Int64 {
    value >= 0 ? value / divisor : (value + 1) / divisor - 1
  }

  /// Where a period starts.
  package func start(of period: Int64) -> Timestamp {
    Timestamp(microseconds: period.multipliedReportingOverflow(by: microseconds ?? 0).partialValue)
  }
}

/// Which decisions a cell of the rollups adds up; each counts in one cell of each grain.
package struct RollupKey: Sendable, Hashable {
  /// Channels of a source that have cells of their own; later ones count as `otherChannels`.
  package static let channelsMax = 64
  package static let otherChannels = "(other)"

  package var source: UInt16
  package var grain: RollupGrain
  package var period: Int64
  package var channel: String
  package var outcome: Outcome

  package init(
    source: UInt16,
    grain: RollupGrain,
    period: Int64,
    channel: String,
    outcome: Outcome
  ) {
    self.source = source
    self.grain = grain
    self.period = period
    self.channel = channel
    self.outcome = outcome
  }
}

/// The channels that have cells of their own: the first of each source.
///
/// A channel that is in stays in, and one that found no room never gets any. Of spellings that mean
/// the same characters, the first stands for all.
package struct KnownChannels: Sendable {
  private var channels: [UInt16: Set<String>] = [:]

  package init() {}

  /// Takes a channel in that has cells already.
  package mutating func note(_ channel: String, of source: UInt16) {
    if channel != RollupKey.otherChannels { channels[source, default: []].insert(channel) }
  }

  /// The channel whose cells count a decision.
  package mutating func counted(_ channel: String, of source: UInt16) -> String {
    if let known = channels[source] {
      if let place = known.firstIndex(of: channel) { return known[place] }
      if known.count >= RollupKey.channelsMax { return RollupKey.otherChannels }
    }
    note(channel, of: source)
    return channel
  }
}
