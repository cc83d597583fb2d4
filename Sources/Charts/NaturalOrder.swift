/// The order in which people expect names: numbers in them by value, versions by
/// semantic versioning, so that go1.9 comes before go1.10, and v2.0.0-rc.1
/// before v2.0.0.
public enum NaturalOrder {
  /// A total order: names that only differ in leading zeros follow their bytes.
  public static func precedes(_ a: [UInt8], _ b: [UInt8]) -> Bool { compare(a, b) < 0 }

  /// The indices of these names in that order.
  static func order(of names: [[UInt8]]) -> [Int] {
    let versions = names.map { Version($0) }
    return names.indices.sorted { compare(names[$0], versions[$0], names[$1], versions[$1]) < 0 }
  }

  static func compare(_ a: [UInt8], _ b: [UInt8]) -> Int { compare(a, Version(a), b, Version(b)) }

  private static func compare(_ a: [UInt8], _ one: Version?, _ b: [UInt8], _ other: Version?) -> Int {
    let order: Int
    switch (one, other) {
    case (let one?, let other?): order = one.compare(other, a, b)
    case (_?, nil): return -1
    case (nil, _?): return 1
    case (nil, nil): order = natural(a[...], b[...])
    }
    return order != 0 ? order : bytes(a[...], b[...])
  }

  /// Runs of digits by their value, the rest by bytes.
  private static func natural(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Int {
    var (i, j) = (a.startIndex, b.startIndex)
    while i < a.endIndex, j < b.endIndex {
      if isDigit(a[i]), isDigit(b[j]) {
        let order = number(run(a, &i), run(b, &j))
        if order != 0 { return order }
      } else {
        if a[i] != b[j] { return a[i] < b[j] ? -1 : 1 }
        i += 1
        j += 1
      }
    }
    return (a.endIndex - i) - (b.endIndex - j)
  }

  private static func run(_ text: ArraySlice<UInt8>, _ at: inout Int) -> ArraySlice<UInt8> {
    let start = at
    while at < text.endIndex, isDigit(text[at]) { at += 1 }
    return text[start..<at]
  }

  /// Of digits, as many as there are.
  private static func number(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Int {
    let (one, other) = (a.drop { $0 == UInt8(ascii: "0") }, b.drop { $0 == UInt8(ascii: "0") })
    return one.count != other.count ? one.count - other.count : bytes(one, other)
  }

  private static func bytes(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Int {
    for (one, other) in zip(a, b) where one != other { return one < other ? -1 : 1 }
    return a.count - b.count
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

  /// Letters, numbers with dots, and what follows them.
  private struct Version {
    var prefix: Range<Int>
    var numbers: [Range<Int>] = []
    var rest: Range<Int>

    init?(_ text: [UInt8]) {
      var at = 0
      while at < text.count, NaturalOrder.isLetter(text[at]) { at += 1 }
      prefix = 0..<at
      guard at < text.count, NaturalOrder.isDigit(text[at]) else { return nil }
      while at < text.count, NaturalOrder.isDigit(text[at]) {
        let start = at
        while at < text.count, NaturalOrder.isDigit(text[at]) { at += 1 }
        numbers.append(start..<at)
        if at + 1 < text.count, text[at] == UInt8(ascii: "."), NaturalOrder.isDigit(text[at + 1]) { at += 1 } else { break }
      }
      rest = at..<text.count
      if let first = rest.first.map({ text[$0] }), first != UInt8(ascii: "-"), first != UInt8(ascii: "+"), !NaturalOrder.isLetter(first) { return nil }
    }

    func compare(_ other: Version, _ a: [UInt8], _ b: [UInt8]) -> Int {
      let order = NaturalOrder.bytes(a[prefix], b[other.prefix])
      if order != 0 { return order }
      for index in 0..<max(numbers.count, other.numbers.count) {
        let one = index < numbers.count ? a[numbers[index]] : []
        let two = index < other.numbers.count ? b[other.numbers[index]] : []
        let order = NaturalOrder.number(one, two)
        if order != 0 { return order }
      }
      let (mine, theirs) = (a[rest], b[other.rest])
      // What is before a release, then the release, then builds of it.
      let (rank, otherRank) = (Version.rank(mine), Version.rank(theirs))
      return rank != otherRank ? rank - otherRank : NaturalOrder.natural(mine, theirs)
    }

    private static func rank(_ rest: ArraySlice<UInt8>) -> Int {
      guard let first = rest.first else { return 1 }
      return first == UInt8(ascii: "+") ? 2 : 0
    }
  }
}
