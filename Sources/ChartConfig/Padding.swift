import Files

/// Which versions may be tagged before the next config is made, so that a new
/// release is listed already when its first report comes. The rule is the
/// reference's: steps from the latest release on.
public struct Padding: Sendable, Equatable {
  /// Steps of any kind together.
  public var releases = 0
  /// New major versions.
  public var major = 0
  /// New major and minor versions together.
  public var minor = 0
  /// New patches of each.
  public var patch = 0
  /// `-pre.1` and so on before each.
  public var pre = 0

  public init() {}

  /// A number above is a slip, and would fill the config with versions.
  public static let most = 20

  /// How many versions it adds at most.
  public var count: Int {
    var steps = 0
    for newMajor in 0...major {
      for newMinor in 0...minor where newMajor + newMinor <= minor {
        steps += (0...patch).count { (1...max(1, releases)).contains(newMajor + newMinor + $0) }
      }
    }
    return steps * (1 + pre)
  }

  /// No kind of step goes further.
  public func isWithin(_ other: Padding) -> Bool {
    releases <= other.releases && major <= other.major && minor <= other.minor && patch <= other.patch && pre <= other.pre
  }

  /// The versions, and those that may follow, in order. What was tagged stays
  /// as it is; a release gets no candidate any more, and candidates that are
  /// there are continued.
  public func applied(to versions: [[UInt8]]) -> [[UInt8]] {
    let known = versions.inVersionOrder
    let parsed = known.map { Version($0) }
    let latest = parsed.last { $0.isCanonical && $0.isRelease }?.numbers ?? [0, 0, 0]
    let there = known.inByteOrder
    var all = known
    for newMajor in 0...major {
      for newMinor in 0...max(0, minor - newMajor) where newMajor + newMinor <= minor {
        for newPatch in 0...patch {
          let steps = newMajor + newMinor + newPatch
          guard steps > 0, steps <= releases else { continue }
          let next = (
            latest[0] + newMajor, newMajor == 0 ? latest[1] + newMinor : newMinor, newMajor + newMinor == 0 ? latest[2] + newPatch : newPatch
          )
          let version = Array("v\(next.0).\(next.1).\(next.2)".utf8)
          if there.hasSorted(version) { continue }
          all.append(version)
          let highest = parsed.compactMap { $0.candidate(of: [next.0, next.1, next.2]) }.max() ?? 0
          for candidate in 1...Padding.most where candidate > highest && candidate <= pre { all.append(version + Array("-pre.\(candidate)".utf8)) }
        }
      }
    }
    return all.inVersionOrder
  }
}

extension Version {
  /// The number of the candidate, if it is one of this release: `-pre.<number>`.
  fileprivate func candidate(of release: [Int]) -> Int? {
    guard isCanonical, numbers == release, prerelease.count == 2, prerelease[0] == [UInt8]("pre") else { return nil }
    return Version.number(prerelease[1][...])
  }
}
