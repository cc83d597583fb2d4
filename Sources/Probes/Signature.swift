import Files

/// A function's signature, as tel.h has it under "Probes": i{0=ok,*=error}(PPi).
public struct Signature: Sendable {
  /// What is returned, as far as it tells success from failure.
  public enum Result: Sendable, Equatable {
    case void
    /// Integers: bytes, and whether there are negative ones.
    case integer(Int, signed: Bool)
    case bool
    case pointer
    case float, double, longDouble
    /// Structures and complex numbers, which tell nothing.
    case compound
  }

  /// A value of the list and the bucket of its name.
  public struct Value: Sendable, Equatable {
    /// As 64 bits, negative ones in two's complement.
    public var value: UInt64
    public var bucket: [UInt8]
  }

  public let result: Result
  /// Nil: there is no list.
  public let values: [Value]?
  /// The bucket of all others, "*".
  public let others: [UInt8]?
  public let isVariadic: Bool
  /// Without the list: what makes functions need not know of it.
  public let text: [UInt8]

  public static let longest = 4096

  public init(_ given: [UInt8]) throws(Fault) {
    guard given.count <= Signature.longest else { throw Fault(.invalid, "the signature is longer than ", .number(Signature.longest), " bytes") }
    var reader = SignatureReader(given)
    result = try reader.result()
    let list = reader.position
    (values, others) = try reader.list(of: result)
    let rest = reader.position
    isVariadic = try reader.arguments()
    text = Array(given[..<list]) + Array(given[rest...])
  }
}
