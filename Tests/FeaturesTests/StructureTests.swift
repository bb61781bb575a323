@testable import Features
import Payments
import TestSupport
import Testing

/// The structures below the windows, held against arrays and dictionaries.
struct StructureTests {
  // MARK: values in order

  /// Random inserts and removes, in phases of growing and of shrinking, of values out of
  /// `different` ones.
  static func checkOrder(seed: UInt64, different: Int64, steps: Int) {
    let reservation = Reservation()
    let control = reservation.region(4096)
    let words = reservation.region(64)
    let tree = OrderedValues(reservation: reservation, reserve: 1 << 24, control: control, at: 0)
    var random = SeededGenerator(seed: seed)
    var sorted: [Int64] = []
    var arrival: [Int64] = []
    func place(_ value: Int64) -> Int {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        if sorted[middle] < value { low = middle + 1 } else { high = middle }
      }
      return low
    }
    for step in 0..<steps {
      let grows = step / (steps / 6) % 2 == 0
      if sorted.isEmpty || Int.random(in: 0..<10, using: &random) < (grows ? 8 : 1) {
        let value = Int64.random(in: 0..<different, using: &random) - different / 2
        tree.insert(value, words, 0)
        sorted.insert(value, at: place(value))
        arrival.append(value)
      } else {
        // As windows do, mostly the oldest; else any.
        let oldest = Int.random(in: 0..<4, using: &random) > 0
        let index = oldest ? 0 : Int.random(in: 0..<arrival.count, using: &random)
        let value = arrival.remove(at: index)
        tree.remove(value, words, 0)
        sorted.remove(at: place(value))
      }
      let count = Int(words.load(EntityWindows.State.count, as: UInt32.self))
      #expect(count == sorted.count, "seed \(seed), step \(step)")
      if sorted.isEmpty { continue }
      for rank in [0, sorted.count / 2, sorted.count - 1, step % sorted.count] {
        let found = tree.value(at: rank, words, 0)
        if found != sorted[rank] {
          Issue.record("seed \(seed), step \(step): \(rank) is \(found), not \(sorted[rank])")
          return
        }
      }
      if step % 1000 == 0 {
        let all = sorted.indices.map { tree.value(at: $0, words, 0) }
        #expect(all == sorted, "seed \(seed), step \(step)")
        // A leaf is at least a quarter full on average, or the tree is small.
        #expect(tree.liveBytes < 8192 + 80 * sorted.count, "seed \(seed), step \(step)")
      }
    }
    while let value = arrival.popLast() { tree.remove(value, words, 0) }
    #expect(tree.liveBytes == 0, "seed \(seed)")
    for value in 0..<500 as Range<Int64> { tree.insert(value % 7, words, 0) }
    tree.clear(words, 0)
    #expect(tree.liveBytes == 0, "seed \(seed)")
  }

  @Test(arguments: [(1, 1_000_000), (2, 40), (3, 1), (4, 3000)] as [(UInt64, Int64)])
  func `values in order are those of a sorted array`(seed: UInt64, different: Int64) {
    StructureTests.checkOrder(seed: seed, different: different, steps: 18_000)
  }

  /// Values of a tree of three levels, in the order in which they come and leave.
  enum Arrival: CaseIterable {
    case ascending
    case descending
    case random
    case equal

    func values(_ count: Int) -> [Int64] {
      var random = SeededGenerator(seed: 9)
      return (0..<Int64(count)).map { number in
        switch self {
        case .ascending: number
        case .descending: -number
        case .random: Int64.random(in: 0...50_000, using: &random)
        case .equal: number / 3000
        }
      }
    }
  }

  @Test(arguments: Arrival.allCases)
  func `trees of three levels fill, slide and empty`(arrival: Arrival) {
    let reservation = Reservation()
    let control = reservation.region(4096)
    let words = reservation.region(64)
    let tree = OrderedValues(reservation: reservation, reserve: 1 << 24, control: control, at: 0)
    let (size, values) = (9000, arrival.values(14_000))
    func check(_ stretch: ArraySlice<Int64>) {
      let wanted = stretch.sorted()
      #expect(wanted.indices.map { tree.value(at: $0, words, 0) } == wanted, "\(arrival)")
    }
    for (number, value) in values.enumerated() {
      tree.insert(value, words, 0)
      if number >= size { tree.remove(values[number - size], words, 0) }
      if number % 3500 == 3499 { check(values[max(0, number + 1 - size)...number]) }
    }
    #expect(words.load(EntityWindows.State.height, as: UInt32.self) >= 2)
    for number in values.count - size..<values.count {
      if number % 2500 == 0 { check(values[number...]) }
      tree.remove(values[number], words, 0)
    }
    #expect(tree.liveBytes == 0, "\(arrival)")
  }

  // MARK: tables

  @Test(arguments: [11, 12] as [UInt64])
  func `pairs are those of a dictionary`(seed: UInt64) {
    struct Pair: Hashable {
      var key: UInt64
      var entity: Int
    }
    let reservation = Reservation()
    let control = reservation.region(4096)
    let table = PairTable(
      counters: 3,
      reservation: reservation,
      reserve: 1 << 24,
      control: control,
      at: 0
    )
    var random = SeededGenerator(seed: seed)
    var wanted: [Pair: UInt32] = [:]
    var alive: [Pair] = []
    for step in 0..<30_000 {
      let grows = step / 6000 % 2 == 0
      if alive.isEmpty || Int.random(in: 0..<10, using: &random) < (grows ? 9 : 2) {
        let pair = Pair(
          key: UInt64.random(in: 1...2000, using: &random) &* 0x9e37_79b9_7f4a_7c15,
          entity: Int.random(in: 0..<50, using: &random)
        )
        if let slot = table.find(pair.key, pair.entity) {
          #expect(wanted[pair] == table.newest(slot))
          #expect(table.counter(2, at: slot) == wanted[pair].map { $0 &+ 1 })
        } else {
          #expect(wanted[pair] == nil)
          table.insert(pair.key, pair.entity, newest: UInt32(step))
          alive.append(pair)
        }
        guard let slot = table.find(pair.key, pair.entity) else {
          Issue.record("seed \(seed), step \(step): lost")
          return
        }
        table.setNewest(UInt32(step), at: slot)
        table.setCounter(2, UInt32(step) &+ 1, at: slot)
        wanted[pair] = UInt32(step)
      } else {
        let index = Int.random(in: 0..<alive.count, using: &random)
        alive.swapAt(index, alive.count - 1)
        let pair = alive.removeLast()
        wanted[pair] = nil
        guard let slot = table.find(pair.key, pair.entity) else {
          Issue.record("seed \(seed), step \(step): lost")
          return
        }
        table.remove(slot)
        #expect(table.find(pair.key, pair.entity) == nil)
      }
      #expect(table.count == wanted.count)
    }
    for (pair, newest) in wanted {
      #expect(table.find(pair.key, pair.entity).map { table.newest($0) } == newest)
    }
  }

  @Test func `entities are found by their names alone, among many`() {
    let reservation = Reservation()
    let control = reservation.region(8192)
    let table = EntityTable(
      seed: 7,
      reservation: reservation,
      reserve: 1 << 24,
      control: control,
      at: 0
    )
    var random = SeededGenerator(seed: 5)
    var units: [UInt32] = []
    var wanted: [Int?] = []
    func name(_ number: Int) -> [UInt8] {
      Array(("n\(number)" + String(repeating: "x", count: number % 40)).utf8)
    }
    // Few hashes, so that names share them, and overflow buckets come and go.
    func hash(_ name: [UInt8]) -> UInt32 { table.hash(name.span) % 977 + 1 }
    for number in 0..<8000 {
      let text = name(number)
      units.append(table.keep(text.span))
      table.insert(number, hash(text))
      wanted.append(number)
      if number % 3 == 2 {
        let gone = Int.random(in: 0...number, using: &random)
        if wanted[gone] != nil {
          table.remove(gone, hash(name(gone)))
          table.forget(name: units[gone])
          units[gone] = 0
          wanted[gone] = nil
        }
      }
    }
    for number in 0..<8000 {
      let text = name(number)
      let found = table.find(text.span, hash(text)) { units[$0] }
      #expect(found == wanted[number] ?? -1)
    }
    #expect(table.count == wanted.count { $0 != nil })
  }

  // MARK: memory

  @Test func `small regions stand beside one another, zeroed and apart`() {
    let reservation = Reservation()
    let regions = (1...2000).map { reservation.region($0 % 300 * 7 + 1) }
    for (number, region) in regions.enumerated() {
      #expect(region.bytes(at: 0, count: region.capacity).allSatisfy { $0 == 0 })
      for offset in 0..<region.capacity {
        region.store(UInt8(truncatingIfNeeded: number), at: offset)
      }
    }
    for (number, region) in regions.enumerated() {
      let wanted = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: region.capacity)
      #expect(region.bytes(at: 0, count: region.capacity) == wanted)
    }
  }

  @Test(arguments: [(60, 5), (-1, 1), (0, 65), (1, 64), (70, 4), (8, -1), (8, .max), (.max, 8)])
  func `a stretch that is not within its region traps`(offset: Int, size: Int) async {
    await #expect(processExitsWith: .failure) { [offset, size] in
      Reservation().region(64).clear(offset, size: size)
    }
  }
}
