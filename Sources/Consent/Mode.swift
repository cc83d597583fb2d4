import Files

/// What the user allows. Raw values are those of `tel_mode`; lower is less.
public enum Mode: Int32, Comparable, Sendable {
  case off = 0
  case local = 1
  case on = 2

  public static func < (a: Mode, b: Mode) -> Bool { a.rawValue < b.rawValue }

  public var word: StaticString {
    switch self {
    case .off: "off"
    case .local: "local"
    case .on: "on"
    }
  }

  /// Exactly one of the three words.
  public init?(word: [UInt8]) {
    if word == "off" {
      self = .off
    } else if word == "local" {
      self = .local
    } else if word == "on" {
      self = .on
    } else {
      return nil
    }
  }
}
