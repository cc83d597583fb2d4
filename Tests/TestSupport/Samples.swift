import Files
import Foundation

/// The sample data in Tests/Samples.
public enum Samples {
  public static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Samples")

  /// The bytes of one file.
  public static func bytes(_ name: String) -> [UInt8] {
    [UInt8](try! Data(contentsOf: folder.appending(path: name)))
  }

  /// A list of test vectors, or what a reference implementation has answered.
  public static func vectors<Vector: Decodable>(_ name: String, as: Vector.Type = Vector.self) -> Vector {
    try! JSONDecoder().decode(Vector.self, from: Data(bytes(name)))
  }

  /// The names in a folder of samples, in order.
  public static func names(in name: String, ending suffix: String = "") -> [String] {
    try! FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path).filter { $0.hasSuffix(suffix) }.sorted()
  }
}

/// What the reference's parser says of a counter file.
public struct Verdict: Decodable, Sendable, CustomStringConvertible {
  public struct Count: Decodable, Sendable {
    public var name_hex: String
    public var value: String
  }

  public var file: String
  public var ok: Bool
  public var meta: [String: String]?
  public var counts: [Count]

  public var description: String { file }

  /// Of the files that the reference has written, and of those made by hand.
  public static let written: [Verdict] = Samples.vectors("expected.json")
  public static let crafted: [Verdict] = Samples.vectors("expected-crafted.json")
}
