import Numerics
import Payments

extension EntityWindows {
  // MARK: links

  /// Gives an event its text and joins it to the last and the next with the same.
  func link(_ key: UInt64, _ entity: Int, _ ring: Ring, _ index: UInt32, _ column: Int) {
    let slot = slot(index, ring) + column
    events.store(key, at: slot + Link.key)
    events.store(UInt32(0), at: slot + Link.previous)
    events.store(UInt32(0), at: slot + Link.next)
    if key == 0 { return }
    guard let pair = pairs.find(key, entity) else {
      return pairs.insert(key, entity, newest: index)
    }
    var later = pairs.newest(pair)
    if Int32(bitPattern: later &- index) < 0 {
      join(later, index, ring, column)
      return pairs.setNewest(index, at: pair)
    }
    while true {
      let distance: UInt32 = events.load(self.slot(later, ring) + column + Link.previous)
      if distance == 0 { break }
      let earlier = later &- distance
      if Int32(bitPattern: earlier &- index) < 0 {
        join(earlier, index, ring, column)
        break
      }
      later = earlier
    }
    join(index, later, ring, column)
  }

  /// Makes two events neighbours among those with their text.
  private func join(_ earlier: UInt32, _ later: UInt32, _ ring: Ring, _ column: Int) {
    events.store(later &- earlier, at: slot(later, ring) + column + Link.previous)
    if Int32(bitPattern: earlier &- ring.tail) >= 0 {
      events.store(later &- earlier, at: slot(earlier, ring) + column + Link.next)
    }
  }

  /// Mends the links around a place at which an event was inserted.
  func shiftLinks(_ entity: Int, _ ring: Ring, _ place: UInt32, _ column: Int) {
    var index = place &+ 1
    while index != ring.head {
      let slot = slot(index, ring) + column
      let key: UInt64 = events.load(slot + Link.key)
      if key != 0 {
        let distance: UInt32 = events.load(slot + Link.previous)
        let earlier = index &- 1 &- distance
        if distance != 0, Int32(bitPattern: earlier &- place) < 0 {
          join(earlier, index, ring, column)
        }
        if events.load(slot + Link.next, as: UInt32.self) == 0,
          let pair = pairs.find(key, entity)
        {
          pairs.setNewest(index, at: pair)
        }
      }
      index &+= 1
    }
  }

  /// Forgets the texts of an event that is about to go.
  func unlink(_ entity: Int, _ ring: Ring, _ index: UInt32) {
    var column = layout.linksStart
    for _ in 0..<layout.linkCount {
      let slot = slot(index, ring) + column
      let key: UInt64 = events.load(slot + Link.key)
      if key != 0, events.load(slot + Link.next, as: UInt32.self) == 0,
        let pair = pairs.find(key, entity)
      {
        pairs.remove(pair)
      }
      column += 16
    }
  }

  // MARK: tracked windows

  // A tracked window's words in the header.
  enum State {
    /// The first event that has not entered yet, and the first that has not left.
    static let entered = 0
    static let left = 4
    static let count = 8
    static let root = 12
    static let sum = 16
    static let height = 24
  }

  /// Brings all tracked windows of an entity to the samples.
  @inline(__always)
  func advance(_ entity: Int, _ header: Int, _ view: View) {
    var number = 0
    while number < layout.tracked.count {
      let window = layout.tracked[number]
      let ring = ring(header)
      advance(
        window,
        entity,
        header + window.state,
        ring,
        to: view.index(window.newer),
        leaving: view.index(window.older)
      )
      number += 1
    }
  }

  /// Lets events enter up to one end, and leave up to the other.
  func advance(
    _ window: WindowLayout.Tracked,
    _ entity: Int,
    _ state: Int,
    _ ring: Ring,
    to newer: UInt32,
    leaving older: UInt32
  ) {
    var entered: UInt32 = headers.load(state + State.entered)
    while Int32(bitPattern: newer &- entered) > 0 {
      take(window, entity, state, ring, entered)
      entered &+= 1
      headers.store(entered, at: state + State.entered)
    }
    var left: UInt32 = headers.load(state + State.left)
    while Int32(bitPattern: older &- left) > 0 {
      if Int32(bitPattern: entered &- left) > 0 { drop(window, entity, state, ring, left) }
      left &+= 1
      headers.store(left, at: state + State.left)
    }
    if Int32(bitPattern: left &- entered) > 0 { headers.store(left, at: state + State.entered) }
  }

  /// Notes an event that was inserted at `place`.
  func insertTracked(
    _ window: WindowLayout.Tracked,
    _ entity: Int,
    _ header: Int,
    _ ring: Ring,
    _ place: UInt32
  ) {
    let state = header + window.state
    let entered: UInt32 = headers.load(state + State.entered)
    let left: UInt32 = headers.load(state + State.left)
    if Int32(bitPattern: place &- entered) >= 0 { return }
    headers.store(entered &+ 1, at: state + State.entered)
    if Int32(bitPattern: place &- left) < 0 {
      headers.store(left &+ 1, at: state + State.left)
    } else {
      take(window, entity, state, ring, place)
    }
  }

  /// Whether an event that is in a window with others is the only one there with its text.
  private func isAlone(_ slot: Int, _ state: Int, _ index: UInt32) -> Bool {
    let previous: UInt32 = events.load(slot + Link.previous)
    let next: UInt32 = events.load(slot + Link.next)
    let left: UInt32 = headers.load(state + State.left)
    let entered: UInt32 = headers.load(state + State.entered)
    return (previous == 0 || previous > index &- left)
      && (next == 0 || Int32(bitPattern: index &+ next &- entered) >= 0)
  }

  /// Counts an event's text or value in.
  func take(
    _ window: WindowLayout.Tracked,
    _ entity: Int,
    _ state: Int,
    _ ring: Ring,
    _ index: UInt32
  ) {
    count(window, entity, state, slot(index, ring) + window.column, index, by: 1)
  }

  /// Counts it out again.
  func drop(
    _ window: WindowLayout.Tracked,
    _ entity: Int,
    _ state: Int,
    _ ring: Ring,
    _ index: UInt32
  ) {
    count(window, entity, state, slot(index, ring) + window.column, index, by: -1)
  }

  /// Counts an event's text or value in or out.
  @inline(__always)
  private func count(
    _ window: WindowLayout.Tracked,
    _ entity: Int,
    _ state: Int,
    _ slot: Int,
    _ index: UInt32,
    by change: Int32
  ) {
    if window.contents == TrackedWindow.Contents.ordered.rawValue {
      let value: Int64 = events.load(slot)
      if value == EntityWindows.noValue { return }
      if change > 0 {
        ordered.insert(value, headers, state)
      } else {
        ordered.remove(value, headers, state)
      }
      return
    }
    let key: UInt64 = events.load(slot + Link.key)
    if key == 0 { return }
    if window.contents == TrackedWindow.Contents.distinct.rawValue {
      if isAlone(slot, state, index) {
        headers.add(UInt32(bitPattern: change), at: state + State.count)
      }
    } else {
      weigh(window, entity, state, key, by: change)
    }
  }

  /// Changes how often a text stands in a window, and with it the sum of n log₂ n.
  private func weigh(
    _ window: WindowLayout.Tracked,
    _ entity: Int,
    _ state: Int,
    _ key: UInt64,
    by change: Int32
  ) {
    guard let pair = pairs.find(key, entity) else {
      preconditionFailure("a text of a window is not among its entity's")
    }
    let count = pairs.counter(window.counter, at: pair)
    let now = count &+ UInt32(bitPattern: change)
    pairs.setCounter(window.counter, now, at: pair)
    headers.add(UInt32(bitPattern: change), at: state + State.count)
    let sum: Int64 = headers.load(state + State.sum)
    headers.store(
      sum + EntityWindows.weight(now) - EntityWindows.weight(count),
      at: state + State.sum
    )
  }

  /// n log₂ n in units of 2⁻³², so that sums of it are exact.
  static func weight(_ count: UInt32) -> Int64 {
    if count < 2 { return 0 }
    let value = Double(count) * DeterministicMath.log(Double(count)) * 1.442_695_040_888_963_4
    return Int64((value * 4_294_967_296).rounded(.toNearestOrEven))
  }

  /// Shannon's entropy in bits of `count` texts whose n log₂ n sum to `sum`.
  static func entropy(_ count: UInt32, _ sum: Int64) -> Double {
    if count == 0 { return .nan }
    return Double(weight(count) - sum) / (4_294_967_296 * Double(count))
  }
}
