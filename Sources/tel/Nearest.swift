import Files

/// Names that somebody may have meant.
enum Nearest {
  /// The three nearest; those in which it occurs are nearer than others.
  static func to(_ name: [UInt8], among names: [[UInt8]]) -> [[UInt8]] {
    let wanted = Array(name.lowered.prefix(100))
    let limit = max(2, wanted.count / 3)
    let rated = names.compactMap { candidate -> (name: [UInt8], distance: Int)? in
      let other = Array(candidate.lowered.prefix(100))
      let distance = occurs(wanted, in: other) ? 0 : distance(wanted, other)
      return distance <= limit ? (candidate, distance) : nil
    }
    return rated.sorted { $0.distance != $1.distance ? $0.distance < $1.distance : $0.name.precedes($1.name) }.prefix(3).map { $0.name }
  }

  private static func occurs(_ part: [UInt8], in whole: [UInt8]) -> Bool {
    guard part.count >= 2, part.count <= whole.count else { return false }
    return (0...(whole.count - part.count)).contains { whole[$0..<$0 + part.count].elementsEqual(part) }
  }

  /// Bytes to add, to drop or to change.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, one) in a.enumerated() {
      var corner = row[0]
      row[0] = i + 1
      for (j, other) in b.enumerated() {
        let next = min(row[j] + 1, row[j + 1] + 1, corner + (one == other ? 0 : 1))
        corner = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[b.count]
  }
}
