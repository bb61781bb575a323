extension String {
  /// The known name that was probably meant; nil where none is near.
  package func nearest(of names: some Sequence<String>) -> String? {
    let distances = names.map { (name: $0, distance: editDistance(to: $0)) }
    let best = distances.min { $0.distance < $1.distance }
    return best.flatMap { $0.distance <= 1 + $0.name.utf8.count / 3 ? $0.name : nil }
  }

  /// Levenshtein's distance in bytes, for names of bounded length.
  package func editDistance(to other: String) -> Int {
    let (a, b) = (Array(utf8.prefix(64)), Array(other.utf8.prefix(64)))
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let cost = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = Swift.min(cost, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
