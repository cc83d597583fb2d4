import Files

/// The number of a built config: `v1.2.3`.
public struct Number: Sendable, Comparable {
  public var major, minor, patch: Int

  public static let first = Number(major: 1, minor: 0, patch: 0)

  public init(major: Int, minor: Int, patch: Int) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Exactly three numbers without leading zeros, and nothing behind them.
  public init?(_ text: [UInt8]) {
    let parts = text.dropFirst().split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { Version.number($0) }
    guard text.first == UInt8(ascii: "v"), parts.count == 3, let major = parts[0], let minor = parts[1], let patch = parts[2] else { return nil }
    self.init(major: major, minor: minor, patch: patch)
    if self.text != text { return nil }
  }

  /// Of `v1.2.3.json`.
  public init?(file name: [UInt8]) {
    guard name.ends(with: ".json"), let number = Number(Array(name.dropLast(5))) else { return nil }
    self = number
  }

  public var text: [UInt8] { Array("v\(major).\(minor).\(patch)".utf8) }

  public static func < (a: Number, b: Number) -> Bool { (a.major, a.minor, a.patch) < (b.major, b.minor, b.patch) }

  public func next(_ step: Changes.Step) -> Number {
    switch step {
    case .major: Number(major: major + 1, minor: 0, patch: 0)
    case .minor: Number(major: major, minor: minor + 1, patch: 0)
    case .patch: Number(major: major, minor: minor, patch: patch + 1)
    case .none: self
    }
  }
}
