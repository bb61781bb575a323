import Journal
import Payments
import TestSupport
import Testing

@testable import Pipeline

/// Ids against a dictionary of what was put in.
struct IdentityIndexTests {
  @Test(arguments: [1, 2, 3])
  func `ids are found where they were noted, and after a snapshot`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var index = IdentityIndex()
    var wanted: [UInt64: [UInt64]] = [:]
    for number in 0..<4000 {
      // Few beginnings, so that parts grow. One key in four comes again; one in eight differs from
      // another by its low bits only.
      var key = generator.next() & ~(0xff << 56)
      if number % 4 == 0, let old = wanted.keys.first { key = old }
      if number % 8 == 1, let old = wanted.keys.first { key = old ^ UInt64(number & 7 + 1) }
      index.insert(key, Position(bytes: UInt64(number + 8)), receivedAt: Int64(number))
      wanted[key, default: []].append(UInt64(number + 8))
    }
    var bytes: [UInt8] = []
    index.encode(into: &bytes)
    var reader = ByteReader(bytes)
    let restored = try IdentityIndex(from: &reader)
    #expect(restored.count == 4000)
    #expect(restored.floor == 8)
    for found in [index, restored] {
      for (key, places) in wanted {
        var seen: [UInt64] = []
        let none = found.find(key) { place in
          seen.append(place.bytes)
          return false
        }
        #expect(none == nil)
        #expect(seen.sorted() == places)
        #expect(found.find(key) { $0.bytes == places[0] }?.bytes == places[0])
      }
      for _ in 0..<1000 {
        let key = generator.next() & ~(0xff << 56)
        if wanted[key] == nil { #expect(found.find(key) { _ in true } == nil) }
      }
    }
  }

  @Test func `keys of a part are spread over its places`() {
    var (part, generator) = (IdentityIndex.Part(), SeededGenerator(seed: 4))
    var keys: [UInt64] = []
    for _ in 0..<1000 {
      keys.append(generator.next())
      part.insert(keys[keys.count - 1], 8)
    }
    // A thousand keys over at most 1790 places meet about 760 of them.
    #expect(Set(keys.map(part.home)).count > 600)
  }

  @Test func `a generation is forgotten two later, and its parts are given back by and by`() {
    var index = IdentityIndex()
    let span = IdentityIndex.generationMicroseconds + 1
    for generation in 0..<3 {
      for number in 0..<2000 {
        let key = UInt64(generation * 2000 + number + 1) &* 0x9e37_79b9_7f4a_7c15
        index.insert(
          key,
          Position(bytes: UInt64(generation * 2000 + number + 8)),
          receivedAt: Int64(generation) * span + Int64(number)
        )
      }
    }
    #expect(index.count == 4000)
    #expect(index.floor == 2008)
    for number in [0, 1999] {
      let key = UInt64(number + 1) &* 0x9e37_79b9_7f4a_7c15
      #expect(index.find(key) { _ in true } == nil, "of the first generation")
    }
    let kept = UInt64(2001) &* 0x9e37_79b9_7f4a_7c15
    #expect(index.find(kept) { _ in true }?.bytes == 2008)
  }
}
