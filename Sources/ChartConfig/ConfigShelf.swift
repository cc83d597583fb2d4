import Files
import Gate

/// Every config that was built, ready to be served and to be gone by.
public struct ConfigShelf: Sendable {
  public struct Built: Sendable {
    public let number: Number
    /// The bytes of `v1.2.3.json`, and their SHA-256 in hexadecimal.
    public let text: [UInt8]
    public let hash: [UInt8]
    public let config: UploadConfig
  }

  /// In the order of their numbers; the last is the newest.
  public let built: [Built]
  private let byVersion: [[UInt8]: Int]

  /// Everything is read again and compared with its hash.
  public init(_ folder: Path) throws(Fault) {
    let files = try ConfigFolder(folder)
    var built: [Built] = []
    var byVersion: [[UInt8]: Int] = [:]
    for (number, hash) in files.built {
      let text = try files.content(of: number)
      byVersion[number.text] = built.count
      built.append(Built(number: number, text: text, hash: hash, config: try UploadConfig(text, version: number.text, origin: files.file(number).bytes)))
    }
    (self.built, self.byVersion) = (built, byVersion)
  }

  public var newest: Built? { built.last }

  public subscript(version: [UInt8]) -> Built? { byVersion[version].map { built[$0] } }
}
