import Files

enum Spelling {
  /// Text from elsewhere, in one line, and not the whole of it.
  static func shown(_ text: String) -> String { String(decoding: sentence([.bytes(Array(text.utf8.prefix(80)))]), as: UTF8.self) }

  /// How many letters one must change to make `a` of `b`.
  static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.utf8.prefix(40)), Array(b.utf8.prefix(40)))
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var corner = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let here = min(row[j] + 1, row[j + 1] + 1, corner + (x == y ? 0 : 1))
        corner = row[j + 1]
        row[j + 1] = here
      }
    }
    return row[b.count]
  }
}
