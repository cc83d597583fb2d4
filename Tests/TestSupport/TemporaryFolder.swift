import Files
import Foundation

/// A new folder, gone when the object is.
public final class TemporaryFolder: @unchecked Sendable {
  public let path: Path

  public init() {
    path = Path(FileManager.default.temporaryDirectory.path.bytes).appending("tel-test-\(UUID().uuidString)".bytes)
    try! FileManager.default.createDirectory(atPath: path.bytes.string, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.bytes.string) }

  public func appending(_ name: String) -> Path { path.appending(name.bytes) }
}

/// Files as a test sees them: with Foundation, not with the code under test.
extension Path {
  public var exists: Bool { (try? FileManager.default.attributesOfItem(atPath: bytes.string)) != nil }

  public var content: [UInt8]? { FileManager.default.contents(atPath: bytes.string).map { [UInt8]($0) } }

  public func write(_ bytes: [UInt8]) {
    try! FileManager.default.createDirectory(atPath: parent.bytes.string, withIntermediateDirectories: true)
    try! Data(bytes).write(to: URL(filePath: self.bytes.string))
  }

  public func makeFolder() { try! FileManager.default.createDirectory(atPath: bytes.string, withIntermediateDirectories: true) }

  public func remove() { try? FileManager.default.removeItem(atPath: bytes.string) }

  /// The names in this folder, in order; none if it is not there.
  public var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: bytes.string)) ?? []).sorted() }

  public func copy(to: Path) { try! FileManager.default.copyItem(atPath: bytes.string, toPath: to.bytes.string) }

  public var permissions: Int { ((try? FileManager.default.attributesOfItem(atPath: bytes.string))?[.posixPermissions] as? Int) ?? -1 }
}
