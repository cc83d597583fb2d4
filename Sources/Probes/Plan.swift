import CounterFile
import Files

/// What a probe counts: the names of its counters.
public struct Plan: Sendable {
  /// What is asked for, as in tel.h.
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let latency = Flags(rawValue: 1)
    public static let result = Flags(rawValue: 2)
    public static let errno = Flags(rawValue: 4)
  }

  public let signature: Signature
  public let flags: Flags
  /// Counts calls; the chart of all others.
  public let name: [UInt8]
  /// Whether counting and jumping is all there is to do.
  public var isStub: Bool { flags.isEmpty }

  public init(_ name: [UInt8], _ signature: [UInt8], flags: Flags) throws(Fault) {
    if let problem = name.withUnsafeBufferPointer({ Name.problem($0) }) {
      throw Fault(.invalid, "\"", .bytes(name), "\" is no name for a counter: ", .literal(problem))
    }
    guard flags.rawValue & ~7 == 0 else { throw Fault(.invalid, "tel_probe_new does not know the flags ", .number(Int(flags.rawValue))) }
    self.name = name
    self.flags = flags
    self.signature = try Signature(signature)
    try check()
  }

  private func check() throws(Fault) {
    if !flags.isEmpty {
      if name.contains(UInt8(ascii: ":")) {
        throw Fault(.invalid, "the probe \"", .bytes(name), "\" counts more than calls: its name is that of a chart, without \":\"")
      }
      // The longest bucket is behind it.
      if name.count + 96 > Layout.maximumName { throw Fault(.invalid, "the probe's name is too long for buckets behind it") }
    }
    if signature.values != nil, !flags.contains(.result), !flags.contains(.errno) {
      throw Fault(.invalid, "the signature lists values of the result, which TEL_PROBE_RESULT counts")
    }
    if flags.contains(.result) || flags.contains(.errno) {
      switch signature.result {
      case .void: throw Fault(.invalid, "the function returns nothing; its results cannot be counted")
      case .compound: throw Fault(.invalid, "a structure or complex number is neither a success nor an error; it cannot be counted")
      default: break
      }
    }
    if !flags.isEmpty && signature.isVariadic {
      throw Fault(.unsupported, "a function with \"...\" can be counted, and nothing else: nobody knows how many arguments it is given")
    }
    if let values = signature.values {
      for bucket in values.map({ $0.bucket }) + (signature.others.map { [$0] } ?? []) where bucket.count > 64 {
        throw Fault(.invalid, "the bucket \"", .bytes(bucket), "\" is longer than 64 bytes")
      }
    }
  }

  public func name(ofBucket bucket: [UInt8]) -> [UInt8] { name + [UInt8(ascii: ":")] + bucket }

  /// "name/errno:", before an error's name.
  public var errnoChart: [UInt8] { name + [UInt8]("/errno:") }
}
