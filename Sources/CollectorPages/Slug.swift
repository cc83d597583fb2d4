import Files
import Gate

/// A name as a part of an address and as the name of a folder: one to one, and
/// nothing that a path could trip over.
public enum Slug {
  static let longest = 200

  public static func of(_ name: [UInt8]) -> [UInt8] {
    var slug: [UInt8] = []
    for (index, byte) in name.enumerated() {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        slug.append(byte)
      case UInt8(ascii: ".") where index > 0: slug.append(byte)
      case UInt8(ascii: "/"): slug.append(UInt8(ascii: "~"))
      default:
        slug.append(UInt8(ascii: "="))
        slug.append(hex: [byte])
      }
    }
    // No hexadecimal digits follow these two: they are nothing's slug else.
    if slug.isEmpty { return [UInt8]("=") }
    if slug.count <= longest { return slug }
    return Array(slug.prefix(longest - 18)) + [UInt8]("=.") + SHA256.text(of: name).prefix(16)
  }
}
