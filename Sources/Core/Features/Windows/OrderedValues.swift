/// Values in order, with duplicates: a B+ tree whose inner nodes count, so that the k-th of n is
/// found, inserted or removed in O(log n).
///
/// A tree of up to 64 values is one sorted stretch. A tree's own words (count, root, height, size
/// of its only leaf) stand where the caller keeps them, as `EntityWindows.State` has them.
struct OrderedValues {
  private let pool: Pool

  private static let leafLog = 6
  private static let leafMax = 64
  private static let fanout = 64
  private static let innerClass = 10
  /// u32 children in use, then each child's unit, its count of values, and a bound that none of its
  /// values is below.
  private static let units = 8
  private static let counts = units + 4 * fanout
  private static let firsts = counts + 4 * fanout
  private static let innerBytes = firsts + 8 * fanout
  /// Leaves with fewer values together than this are merged.
  private static let mergeMax = 48

  private enum Root {
    static let count = EntityWindows.State.count
    static let unit = EntityWindows.State.root
    static let height = EntityWindows.State.height
    static let log = EntityWindows.State.height + 4
  }

  init(reservation: Reservation, reserve: Int, control: Memory, at place: Int) {
    pool = Pool(memory: reservation.region(reserve), control: control, at: place)
  }

  private var memory: Memory { pool.memory }
  var liveBytes: Int { pool.liveBytes }

  @inline(__always)
  private func word(_ node: UInt32, _ offset: Int) -> UInt32 {
    memory.load(Int(node) * 8 + offset)
  }

  @inline(__always)
  private func set(_ node: UInt32, _ offset: Int, _ value: UInt32) {
    memory.store(value, at: Int(node) * 8 + offset)
  }

  @inline(__always)
  private func value(_ leaf: UInt32, _ index: Int) -> Int64 {
    memory.load(Int(leaf) * 8 + 8 * index)
  }

  @inline(__always)
  private func first(_ node: UInt32, _ child: Int) -> Int64 {
    memory.load(Int(node) * 8 + OrderedValues.firsts + 8 * child)
  }

  @inline(__always)
  private func setFirst(_ node: UInt32, _ child: Int, _ value: Int64) {
    memory.store(value, at: Int(node) * 8 + OrderedValues.firsts + 8 * child)
  }

  // MARK: leaves

  /// The place of the first value not below another, by binary search.
  private func place(_ leaf: UInt32, _ count: Int, _ wanted: Int64) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if value(leaf, middle) < wanted { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func insert(_ value: Int64, leaf: UInt32, count: Int) {
    let index = place(leaf, count, value)
    let start = Int(leaf) * 8 + 8 * index
    memory.copy(from: start, to: start + 8, size: 8 * (count - index))
    memory.store(value, at: start)
  }

  private func remove(_ value: Int64, leaf: UInt32, count: Int) -> Bool {
    let index = place(leaf, count, value)
    guard index < count, self.value(leaf, index) == value else { return false }
    let start = Int(leaf) * 8 + 8 * index
    memory.copy(from: start + 8, to: start, size: 8 * (count - index - 1))
    return true
  }

  private func newLeaf(_ log: Int) -> UInt32 { pool.allocate(log, bytes: 8 << log) }

  private func free(leaf: UInt32, _ log: Int) { pool.release(leaf, log, bytes: 8 << log) }

  /// Moves the only leaf to one of another size.
  private func resize(_ memory: Memory, _ state: Int, count: Int, from log: Int, to new: Int) {
    let old: UInt32 = memory.load(state + Root.unit)
    let leaf = newLeaf(new)
    pool.memory.copy(from: Int(old) * 8, to: Int(leaf) * 8, size: 8 * count)
    free(leaf: old, log)
    memory.store(leaf, at: state + Root.unit)
    memory.store(UInt32(new), at: state + Root.log)
  }

  // MARK: the tree

  /// Adds a value to the tree whose words stand at `state` of `words`.
  func insert(_ value: Int64, _ words: Memory, _ state: Int) {
    let count = Int(words.load(state + Root.count, as: UInt32.self))
    words.store(UInt32(count + 1), at: state + Root.count)
    let height: UInt32 = words.load(state + Root.height)
    if height > 0 {
      let root: UInt32 = words.load(state + Root.unit)
      if let split = insert(value, inner: root, height) {
        raise(words, state, root, UInt32(count + 1) - split.count, first(root, 0), split)
      }
      return
    }
    var log = Int(words.load(state + Root.log, as: UInt32.self))
    if count == 0 {
      log = 2
      words.store(newLeaf(log), at: state + Root.unit)
      words.store(UInt32(log), at: state + Root.log)
    } else if count == 1 << log, log < OrderedValues.leafLog {
      resize(words, state, count: count, from: log, to: log + 1)
      log += 1
    }
    let root: UInt32 = words.load(state + Root.unit)
    if count < 1 << log { return insert(value, leaf: root, count: count) }
    let split = splitLeaf(root, adding: value)
    raise(words, state, root, UInt32(count + 1) - split.count, self.value(root, 0), split)
  }

  private struct Split {
    var unit: UInt32
    var count: UInt32
    var first: Int64
  }

  /// Puts a new root above the old one and its new sibling.
  private func raise(
    _ words: Memory,
    _ state: Int,
    _ root: UInt32,
    _ count: UInt32,
    _ least: Int64,
    _ split: Split
  ) {
    let node = pool.allocate(OrderedValues.innerClass, bytes: OrderedValues.innerBytes)
    set(node, 0, 0)
    addChild(node, 0, Split(unit: root, count: count, first: least))
    addChild(node, 1, split)
    words.store(node, at: state + Root.unit)
    words.add(1, at: state + Root.height)
  }

  /// Cuts a full leaf in two and adds a value; the upper half.
  private func splitLeaf(_ leaf: UInt32, adding value: Int64) -> Split {
    let half = OrderedValues.leafMax / 2
    let upper = newLeaf(OrderedValues.leafLog)
    memory.copy(from: Int(leaf) * 8 + 8 * half, to: Int(upper) * 8, size: 8 * half)
    let first = self.value(upper, 0)
    if value < first {
      insert(value, leaf: leaf, count: half)
      return Split(unit: upper, count: UInt32(half), first: first)
    }
    insert(value, leaf: upper, count: half)
    return Split(unit: upper, count: UInt32(half + 1), first: first)
  }

  /// The last child that may hold a value.
  private func child(_ node: UInt32, _ value: Int64) -> Int {
    var (low, high) = (1, Int(word(node, 0)))
    while low < high {
      let middle = (low + high) / 2
      if first(node, middle) <= value { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }

  private func count(_ node: UInt32, _ child: Int) -> Int {
    Int(word(node, OrderedValues.counts + 4 * child))
  }

  private func unit(_ node: UInt32, _ child: Int) -> UInt32 {
    word(node, OrderedValues.units + 4 * child)
  }

  private func insert(_ value: Int64, inner node: UInt32, _ height: UInt32) -> Split? {
    let child = child(node, value)
    if value < first(node, child) { setFirst(node, child, value) }
    let size = count(node, child)
    let split: Split?
    if height > 1 {
      split = insert(value, inner: unit(node, child), height - 1)
    } else if size < OrderedValues.leafMax {
      insert(value, leaf: unit(node, child), count: size)
      split = nil
    } else {
      split = splitLeaf(unit(node, child), adding: value)
    }
    let moved = Int(split?.count ?? 0)
    set(node, OrderedValues.counts + 4 * child, UInt32(size + 1 - moved))
    guard let split else { return nil }
    if Int(word(node, 0)) < OrderedValues.fanout {
      addChild(node, child + 1, split)
      return nil
    }
    return splitInner(node, adding: split, at: child + 1)
  }

  private func addChild(_ node: UInt32, _ index: Int, _ child: Split) {
    let used = Int(word(node, 0))
    let start = Int(node) * 8
    for (offset, size) in [
      (OrderedValues.units, 4), (OrderedValues.counts, 4), (OrderedValues.firsts, 8),
    ] {
      let from = start + offset + size * index
      memory.copy(from: from, to: from + size, size: size * (used - index))
    }
    set(node, OrderedValues.units + 4 * index, child.unit)
    set(node, OrderedValues.counts + 4 * index, child.count)
    setFirst(node, index, child.first)
    set(node, 0, UInt32(used + 1))
  }

  private func removeChild(_ node: UInt32, _ index: Int) {
    let used = Int(word(node, 0))
    let start = Int(node) * 8
    for (offset, size) in [
      (OrderedValues.units, 4), (OrderedValues.counts, 4), (OrderedValues.firsts, 8),
    ] {
      let to = start + offset + size * index
      memory.copy(from: to + size, to: to, size: size * (used - index - 1))
    }
    set(node, 0, UInt32(used - 1))
  }

  private func splitInner(_ node: UInt32, adding child: Split, at index: Int) -> Split {
    let upper = pool.allocate(OrderedValues.innerClass, bytes: OrderedValues.innerBytes)
    set(upper, 0, 0)
    let half = OrderedValues.fanout / 2
    for moved in half..<OrderedValues.fanout {
      let entry = Split(
        unit: unit(node, moved),
        count: UInt32(count(node, moved)),
        first: first(node, moved)
      )
      addChild(upper, moved - half, entry)
    }
    set(node, 0, UInt32(half))
    if index <= half { addChild(node, index, child) } else { addChild(upper, index - half, child) }
    var total: UInt32 = 0
    for number in 0..<Int(word(upper, 0)) { total += UInt32(count(upper, number)) }
    return Split(unit: upper, count: total, first: first(upper, 0))
  }

  /// Removes one of the values that equal another; it must be there.
  func remove(_ value: Int64, _ words: Memory, _ state: Int) {
    let count = Int(words.load(state + Root.count, as: UInt32.self)) - 1
    words.store(UInt32(count), at: state + Root.count)
    let root: UInt32 = words.load(state + Root.unit)
    let height: UInt32 = words.load(state + Root.height)
    let wasThere =
      height == 0
      ? remove(value, leaf: root, count: count + 1) : remove(value, inner: root, height)
    precondition(wasThere, "a value of a window is not in its tree")
    if height > 0 { return lower(words, state) }
    let log = Int(words.load(state + Root.log, as: UInt32.self))
    if count == 0 {
      free(leaf: root, log)
    } else if log > 2, count <= 1 << (log - 2) {
      resize(words, state, count: count, from: log, to: log - 1)
    }
  }

  /// Drops roots that have one child.
  private func lower(_ words: Memory, _ state: Int) {
    while words.load(state + Root.height, as: UInt32.self) > 0 {
      let root: UInt32 = words.load(state + Root.unit)
      guard word(root, 0) == 1 else { return }
      words.store(unit(root, 0), at: state + Root.unit)
      words.add(.max, at: state + Root.height)
      words.store(UInt32(OrderedValues.leafLog), at: state + Root.log)
      pool.release(root, OrderedValues.innerClass, bytes: OrderedValues.innerBytes)
    }
  }

  private func remove(_ value: Int64, inner node: UInt32, _ height: UInt32) -> Bool {
    var child = child(node, value)
    // Equal values may stand on both sides of a bound.
    while true {
      let size = count(node, child)
      let found =
        height == 1
        ? remove(value, leaf: unit(node, child), count: size)
        : remove(value, inner: unit(node, child), height - 1)
      if found {
        set(node, OrderedValues.counts + 4 * child, UInt32(size - 1))
        tidy(node, child, height)
        return true
      }
      if child == 0 || first(node, child) < value { return false }
      child -= 1
    }
  }

  /// Frees a child that is empty, and merges leaves that are nearly so.
  private func tidy(_ node: UInt32, _ child: Int, _ height: UInt32) {
    let size = count(node, child)
    if size == 0 {
      let unit = unit(node, child)
      if height == 1 {
        free(leaf: unit, OrderedValues.leafLog)
      } else {
        pool.release(unit, OrderedValues.innerClass, bytes: OrderedValues.innerBytes)
      }
      return removeChild(node, child)
    }
    guard height == 1, size < OrderedValues.mergeMax / 2 else { return }
    let left = child > 0 ? child - 1 : child
    guard left + 1 < Int(word(node, 0)) else { return }
    let (a, b) = (count(node, left), count(node, left + 1))
    guard a + b <= OrderedValues.mergeMax else { return }
    let (lower, upper) = (unit(node, left), unit(node, left + 1))
    memory.copy(from: Int(upper) * 8, to: Int(lower) * 8 + 8 * a, size: 8 * b)
    set(node, OrderedValues.counts + 4 * left, UInt32(a + b))
    free(leaf: upper, OrderedValues.leafLog)
    removeChild(node, left + 1)
  }

  /// The k-th value, from 0 on, of a tree that has more.
  func value(at rank: Int, _ words: Memory, _ state: Int) -> Int64 {
    var node: UInt32 = words.load(state + Root.unit)
    var height: UInt32 = words.load(state + Root.height)
    var rank = rank
    while height > 0 {
      var child = 0
      while rank >= count(node, child) {
        rank -= count(node, child)
        child += 1
      }
      node = unit(node, child)
      height -= 1
    }
    return value(node, rank)
  }

  /// Gives all memory of a tree back; its words are zeros again.
  func clear(_ words: Memory, _ state: Int) {
    let root: UInt32 = words.load(state + Root.unit)
    if words.load(state + Root.count, as: UInt32.self) > 0 {
      let log = Int(words.load(state + Root.log, as: UInt32.self))
      free(root, words.load(state + Root.height), log)
    }
    for offset in [Root.count, Root.unit, Root.height, Root.log] {
      words.store(UInt32(0), at: state + offset)
    }
  }

  private func free(_ node: UInt32, _ height: UInt32, _ log: Int) {
    if height == 0 { return free(leaf: node, log) }
    for child in 0..<Int(word(node, 0)) {
      free(unit(node, child), height - 1, OrderedValues.leafLog)
    }
    pool.release(node, OrderedValues.innerClass, bytes: OrderedValues.innerBytes)
  }
}
