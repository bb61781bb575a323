extension String {
  /// Levenshtein's distance in bytes, for names of bounded length.
  func editDistance(to other: String) -> Int {
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
