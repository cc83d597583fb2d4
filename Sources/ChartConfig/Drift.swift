import Files
import Gate

/// In what a built config differs from what its source would make today.
public struct Drift: Sendable {
  public let changes: Changes

  /// Padding grows with each release, which alone is no reason for a new config:
  /// of versions and toolchains those must be there that are known, and the least
  /// padding; and none may be there that is older than all of the source.
  public init(built: UploadConfig, full: UploadConfig, least: UploadConfig) {
    let missing = Changes(from: built, to: least).list.filter { $0.isOfLists && !$0.new.isEmpty }
    let other = Changes(from: built, to: full).list.filter { !$0.isOfLists || $0.effect == .less }
    changes = Changes(other + missing)
  }

  public var isNone: Bool { changes.isEmpty }
}

extension Change {
  fileprivate var isOfLists: Bool { what == .version || what == .toolchain }
}

extension Changes {
  fileprivate init(_ list: [Change]) { self.list = list }
}
