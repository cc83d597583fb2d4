import Files

/// A version of a program or a toolchain, in its order: semantic versions, with
/// or without `v` and with one to three numbers; Go's; and what is neither, which
/// comes first, in the order of its bytes.
public struct Version: Comparable, Sendable {
  public let text: [UInt8]
  public let kind: Kind
  /// Of a semantic version major, minor and patch; of Go's what `goNumbers` says.
  let numbers: [Int]
  /// What is behind the first `-`, cut at dots.
  let prerelease: [[UInt8]]

  public enum Kind: Int, Sendable { case other, semantic, go }

  public init(_ text: [UInt8]) {
    self.text = text
    if let numbers = Version.goNumbers(text) {
      (kind, self.numbers, prerelease) = (.go, numbers, [])
    } else if let (numbers, prerelease) = Version.semantic(text) {
      (kind, self.numbers, self.prerelease) = (.semantic, numbers, prerelease)
    } else {
      (kind, numbers, prerelease) = (.other, [], [])
    }
  }

  /// `v1.2.3`, and perhaps `-pre.1`: what padding continues.
  public var isCanonical: Bool {
    kind == .semantic && text.first == UInt8(ascii: "v") && text.prefix { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }.filter { $0 == UInt8(ascii: ".") }.count == 2
  }

  public var isRelease: Bool { prerelease.isEmpty }

  public static func == (a: Version, b: Version) -> Bool { a.text == b.text }

  public static func < (a: Version, b: Version) -> Bool {
    if a.kind != b.kind { return a.kind.rawValue < b.kind.rawValue }
    if let order = order(a.numbers, b.numbers) { return order }
    if a.prerelease.isEmpty != b.prerelease.isEmpty { return b.prerelease.isEmpty }
    for (one, other) in zip(a.prerelease, b.prerelease) where one != other {
      let (number, otherNumber) = (Version.number(one[...]), Version.number(other[...]))
      if let number, let otherNumber, number != otherNumber { return number < otherNumber }
      if (number == nil) != (otherNumber == nil) { return number != nil }
      return one.precedes(other)
    }
    if a.prerelease.count != b.prerelease.count { return a.prerelease.count < b.prerelease.count }
    return a.text.precedes(b.text)
  }

  private static func order(_ a: [Int], _ b: [Int]) -> Bool? {
    for (one, other) in zip(a, b) where one != other { return one < other }
    return nil
  }

  private static func semantic(_ text: [UInt8]) -> ([Int], [[UInt8]])? {
    var rest = text[...]
    if rest.first == UInt8(ascii: "v") { rest.removeFirst() }
    if let plus = rest.firstIndex(of: UInt8(ascii: "+")) { rest = rest[..<plus] }
    var prerelease: [[UInt8]] = []
    if let dash = rest.firstIndex(of: UInt8(ascii: "-")) {
      prerelease = rest[(dash + 1)...].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { Array($0) }
      rest = rest[..<dash]
      if prerelease.contains(where: { $0.isEmpty }) { return nil }
    }
    let parts = rest.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { number($0) }
    guard (1...3).contains(parts.count), !parts.contains(nil) else { return nil }
    let numbers = parts.compactMap { $0 }
    return (numbers + [Int](repeating: 0, count: 3 - numbers.count), prerelease)
  }

  /// `go1.20`, `go1.23rc1`, `go1.27.3`: major, minor, stage, patch, stage of the
  /// patch, number of the candidate. From 1.21 on `go1.23` is the language, which
  /// comes before its first candidate; earlier it was the release.
  private static func goNumbers(_ text: [UInt8]) -> [Int]? {
    guard text.starts(with: [UInt8]("go")) else { return nil }
    var rest = text[2...]
    var stage = 3
    var candidate = 0
    for (word, number) in [("beta", 1), ("rc", 2)] {
      guard let at = rest.indices.first(where: { rest[$0...].starts(with: Array(word.utf8)) }) else { continue }
      guard let which = Version.number(rest[(at + word.utf8.count)...]) else { return nil }
      (stage, candidate) = (number, which)
      rest = rest[..<at]
      break
    }
    let parts = rest.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { Version.number($0) }
    guard (1...3).contains(parts.count), !parts.contains(nil) else { return nil }
    let numbers = parts.compactMap { $0 }
    let (major, minor) = (numbers[0], numbers.count > 1 ? numbers[1] : 0)
    if numbers.count == 3 { return [major, minor, 3, numbers[2], stage, candidate] }
    if stage < 3 { return [major, minor, stage, 0, 3, candidate] }
    let isLanguage = numbers.count == 2 && (major, minor) >= (1, 21)
    return [major, minor, isLanguage ? 0 : 3, 0, 3, 0]
  }

  /// Up to nine digits.
  static func number(_ text: ArraySlice<UInt8>) -> Int? {
    guard (1...9).contains(text.count) else { return nil }
    var value = 0
    for byte in text {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value
  }
}

extension [[UInt8]] {
  /// Each once, in the order of versions.
  public var inVersionOrder: [[UInt8]] {
    let versions = map { Version($0) }
    var ordered: [[UInt8]] = []
    for index in sortedIndices(count, { versions[$0] < versions[$1] }) where ordered.last != self[index] { ordered.append(self[index]) }
    return ordered
  }
}
